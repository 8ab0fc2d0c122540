"""What goes wrong outside: each is one line with its cure, the documented code, and nothing half-made."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.localcloud.cloud import ROOT, Cloud, Ended, typed
from localcloud import engine
from localcloud.addresses import Addresses, candidates
from localcloud.instance import Instance
from localcloud.parts import network


def one_line(ended: Ended) -> str:
    """Return the last line of a failure, having seen that it is told as every failure is."""
    last = ended.err.splitlines()[-1]
    assert last.startswith("localcloud failed: "), ended.err
    assert " → " in last
    assert "Traceback" not in ended.err
    return last


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_a_wrong_name_is_wrong_usage(command: str) -> None:
    """A name that could name nothing ends with 2, and makes nothing."""
    ended = typed(command, "--instance", "Not/A_Name")

    assert ended.code == 2
    assert "no name for an instance" in one_line(ended)
    assert not (ROOT / ".seatrial" / "Not").exists()


def test_no_engine_is_told(tmp_path: Path) -> None:
    """Where DOCKER_HOST leads nowhere, nothing is installed or started in its place."""
    ended = typed("up", "--instance", "test-none", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    typed("down", "--instance", "test-none", DOCKER_HOST=f"unix://{tmp_path}/none.sock")

    assert ended.code == 30
    assert "DOCKER_HOST" in one_line(ended)
    assert not (ROOT / ".seatrial" / "test-none").exists()


@pytest.fixture
def taken() -> Iterator[Addresses]:
    """An instance that has its addresses and no part yet, one of them taken by something else."""
    instance = Instance("test-taken", ROOT)
    client = engine.client()
    addresses = network.ensure(client, instance)
    with socket.create_server((addresses.blob, 10000)):
        yield addresses
    assert typed("down", "--instance", instance.name).code == 0
    client.close()


def test_a_taken_address_is_named(taken: Addresses) -> None:
    """Something that listens on an address of the instance is named before anything is started."""
    ended = typed("up", "--instance", "test-taken")

    assert ended.code == 30
    assert f"{taken.blob}:10000 is taken: blob" in one_line(ended)
    assert not engine.client().containers.list(all=True, filters={"label": "seatrial.instance=test-taken"})


def test_a_new_instance_steps_aside() -> None:
    """Where something listens in its first range, a new instance takes the next one."""
    instance = Instance("test-aside", ROOT)
    first, second, *_ = candidates(instance.docker_name)
    client = engine.client()
    try:
        with socket.create_server((first.registry, 5000)):
            assert network.ensure(client, instance) == second
        assert network.ensure(client, instance) == second
    finally:
        client.networks.get(instance.docker_name).remove()
        client.close()


class DyingEngine:
    """A socket that hands on to the engine, and dies after some connections as an engine would."""

    def __init__(self, target: str, path: Path, connections: int) -> None:
        self._target, self._path, self._left = target, path, connections
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        pairs: list[socket.socket] = []
        for _ in range(self._left):
            near, _ = self._listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            pairs += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()
        self._path.unlink()
        self._listener.close()
        for end in pairs:
            end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.mark.parametrize("connections", [3, 6, 10])
def test_an_engine_that_dies_on_the_way_is_told(cloud: Cloud, tmp_path: Path, connections: int) -> None:
    """An engine that goes away during `up` gives one line and 30, whatever was under way."""
    target = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    DyingEngine(target, tmp_path / "engine.sock", connections)

    ended = cloud.up(DOCKER_HOST=f"unix://{tmp_path}/engine.sock")

    assert ended.code == 30, ended.err
    assert "engine" in one_line(ended)
    assert set(cloud.status().values()) == {"ready"}
