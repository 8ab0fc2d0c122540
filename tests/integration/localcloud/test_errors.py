"""Errors outside of localcloud: one line with a hint, the documented exit code, and no leftovers."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.localcloud.cloud import ROOT, Cloud, CommandResult, run_localcloud
from localcloud import engine
from localcloud.addresses import Addresses, candidates
from localcloud.instance import Instance
from localcloud.parts import network


def error_line(result: CommandResult) -> str:
    """Return the last line of stderr, after checking its format."""
    last = result.err.splitlines()[-1]
    assert last.startswith("localcloud failed: "), result.err
    assert " → " in last
    assert "Traceback" not in result.err
    return last


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_an_invalid_name_is_wrong_usage(command: str) -> None:
    """An invalid instance name exits with 2 and creates nothing."""
    result = run_localcloud(command, "--instance", "Not/A_Name")

    assert result.code == 2
    assert "Invalid instance name" in error_line(result)
    assert not (ROOT / ".seatrial" / "Not").exists()


def test_an_unreachable_engine_is_an_error(tmp_path: Path) -> None:
    """If no engine responds at DOCKER_HOST, no engine is installed or started."""
    result = run_localcloud("up", "--instance", "test-none", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    run_localcloud("down", "--instance", "test-none", DOCKER_HOST=f"unix://{tmp_path}/none.sock")

    assert result.code == 30
    assert "DOCKER_HOST" in error_line(result)
    assert not (ROOT / ".seatrial" / "test-none").exists()


@pytest.fixture
def taken() -> Iterator[Addresses]:
    """Create the network of an instance, and listen on one of its addresses."""
    instance = Instance("test-taken", ROOT)
    client = engine.client()
    addresses = network.ensure(client, instance)
    with socket.create_server((addresses.blob, 10000)):
        yield addresses
    assert run_localcloud("down", "--instance", instance.name).code == 0
    client.close()


def test_an_address_in_use_is_named(taken: Addresses) -> None:
    """An address in use is an error before any part is started."""
    result = run_localcloud("up", "--instance", "test-taken")

    assert result.code == 30
    assert f"{taken.blob}:10000 is in use: blob" in error_line(result)
    assert not engine.client().containers.list(all=True, filters={"label": "seatrial.instance=test-taken"})


def test_a_new_instance_uses_the_next_free_range() -> None:
    """If an address of its first range is in use, a new instance uses the next range."""
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


class FailingProxy:
    """A proxy of the engine's socket that closes after a number of connections, as if the engine exited."""

    def __init__(self, target: str, path: Path, connections: int) -> None:
        self._target, self._path, self._connections = target, path, connections
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        pairs: list[socket.socket] = []
        for _ in range(self._connections):
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
def test_an_engine_that_exits_during_up_is_an_error(cloud: Cloud, tmp_path: Path, connections: int) -> None:
    """If the engine exits during `up`, the command fails with one line and exit code 30."""
    target = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    FailingProxy(target, tmp_path / "engine.sock", connections)

    result = cloud.up(DOCKER_HOST=f"unix://{tmp_path}/engine.sock")

    assert result.code == 30, result.err
    assert "engine" in error_line(result)
    assert set(cloud.status().values()) == {"ready"}
