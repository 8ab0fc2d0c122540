"""`seatrial run`: the built image alone on a loopback port, and nothing left of it afterwards."""

from __future__ import annotations

import signal
import socket
from typing import Any

import pytest
import requests

from app_container import POD
from integration.run.running_command import Start

SECONDS = 10


def test_the_app_is_reached_at_the_printed_url(start: Start) -> None:
    """URL, a command to try it, and a line of the log for each request."""
    command = start()
    url = command.url()
    assert command.line(r"try it: curl .* (http\S+)$")[1] == url + "predict"
    page = requests.get(url, headers={"Accept": "text/html"}, timeout=SECONDS)
    assert "<h1>What is in this photo?</h1>" in page.text
    assert requests.get(url, timeout=SECONDS).text == "Healthy"
    assert command.line(r"^\d\d:\d\d:\d\d  200  GET /  [\d.]+ ms$")


def test_the_container_has_the_restrictions_of_a_pod(start: Start, containers: Any) -> None:
    """Memory, read-only root, no capabilities, a loopback port: what works here works in the cluster."""
    start().url()
    (container,) = containers()
    host = container.attrs["HostConfig"]
    assert host["Memory"] == POD.memory_mb << 20
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["PidsLimit"] == 100
    assert host["Tmpfs"] == {"/tmp": "size=64m"}
    assert [each["HostIp"] for each in container.attrs["NetworkSettings"]["Ports"]["8080/tcp"]] == [
        "127.0.0.1"
    ]
    assert f"APP_WORKERS={POD.workers}" in container.attrs["Config"]["Env"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_command_leaves_no_container(start: Start, containers: Any, by: int) -> None:
    """Ctrl-C, `kill` and the end of the terminal stop the app and remove its container."""
    command = start()
    command.url()
    assert len(containers()) == 1
    assert command.end(by) == 0
    assert containers() == []


def test_the_next_command_removes_what_a_killed_one_left(start: Start, containers: Any) -> None:
    """SIGKILL leaves a container until the next `run` of the instance."""
    killed = start()
    killed.url()
    (left,) = containers()
    killed.end(signal.SIGKILL)
    assert [each.id for each in containers()] == [left.id]
    start().url()
    (present,) = containers()
    assert present.id != left.id


def test_a_given_port_is_used(start: Start) -> None:
    """PORT= is the port of the URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert start("--port", str(port)).url() == f"http://127.0.0.1:{port}/"


def test_a_taken_port_is_refused(start: Start, containers: Any) -> None:
    """One line with the port and what to do; no container is left."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = start("--port", str(port))
        line = f"wrong usage (2): port {port} of 127.0.0.1 is taken. Cure: PORT=another"
        assert command.line("seatrial: ").string.startswith(f"seatrial: {line}")
        assert command.end() == 2
    assert containers() == []


def test_one_instance_runs_one_image(start: Start) -> None:
    """A second `run` is refused, and the first goes on."""
    url = start().url()
    second = start()
    second.line("another run of the instance dev is running")
    assert second.end() == 2
    assert requests.get(url, timeout=SECONDS).text == "Healthy"


def test_an_app_that_ends_is_reported_with_its_log(start: Start, containers: Any) -> None:
    """The exit code of the app and the end of its log; exit code 30."""
    command = start()
    command.url()
    containers()[0].kill()
    command.line(r"seatrial: failed \(30\): the app ended with exit code 137")
    assert command.end() == 30
    assert containers() == []


def test_an_app_that_was_stopped_is_no_failure(start: Start, containers: Any) -> None:
    """`docker stop` is a way to stop it too."""
    command = start()
    command.url()
    containers()[0].stop(timeout=30)
    assert command.end() == 0


def test_an_image_that_does_not_start_is_reported(
    start: Start, engine: Any, image: str, containers: Any
) -> None:
    """The end of its log has the reason."""
    broken = engine.containers.create(image)
    try:
        changed = broken.commit(repository="seatrial-tests/run", changes=["ENV APP_WORKERS=none PORT=none"])
    finally:
        broken.remove(v=True)
    try:
        command = start("--image", changed.id)
        command.line(r"PORT: invalid value 'none'")
        command.line(r"seatrial: failed \(30\): the app ended with exit code 1")
        assert command.end() == 30
    finally:
        engine.images.remove(changed.id, force=True)
    assert containers() == []


@pytest.mark.parametrize("name", ["registry.example/app:1", "sha256:" + "0" * 64])
def test_an_image_that_the_engine_does_not_have_is_refused(start: Start, name: str) -> None:
    """The line has the name, and how to get or find an image."""
    command = start("--image", name)
    hint = f"docker pull {name}" if "/" in name else "docker images lists those that it has"
    assert command.line("seatrial: ").string.endswith(f"the engine has no image {name}. Cure: {hint}.")
    assert command.end() == 2
