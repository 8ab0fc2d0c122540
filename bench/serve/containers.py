"""The servers in containers with the same limits, stopped while another one is measured."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.serve import load
from bench.serve.peers import LABEL, Peer
from docker.errors import DockerException

LIMITS: Final[dict[str, Any]] = {
    "mem_limit": "1g",
    "nano_cpus": 2_000_000_000,
    "pids_limit": 200,
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/tmp": "size=64m"},  # noqa: S108 - in the container
}
PORT: Final = "8080/tcp"
START_SECONDS: Final = 60
WORKERS: Final = 2
MEGABYTE: Final = 1_000_000


class PeerError(Exception):
    """A server that does not start, or answers wrongly."""


class Server:
    """A started server. While `frozen` the kernel gives it no processor time."""

    def __init__(self, peer: Peer, container: Any) -> None:
        self.peer = peer
        self._container = container
        self._frozen = False
        self.port = 0

    def wait_ready(self, body: Path, label: str, started: float) -> float:
        """Return the seconds from `started` to the first right answer. Raises PeerError if there is none."""
        plan = load.Plan(self._published_port(), str(body), label, connections=1, requests=1)
        while time.perf_counter() < started + START_SECONDS:
            found = load.run(plan)
            if not found.failures:
                self.port = plan.port
                return time.perf_counter() - started
            time.sleep(0.02)
        raise PeerError(f"{self.peer.title}: {found.failures[0]}; its log:\n{self.log()}")

    def _published_port(self) -> int:
        self._container.reload()
        bindings = self._container.ports.get(PORT)
        if not bindings:
            raise PeerError(f"{self.peer.title} does not run; its log:\n{self.log()}")
        return int(bindings[0]["HostPort"])

    def memory_megabytes(self) -> float:
        """Return the memory of all processes, as `docker stats` counts it: without droppable file pages."""
        used = self._container.stats(stream=False, one_shot=True)["memory_stats"]
        details = used["stats"]
        cached = details.get("total_inactive_file", details.get("inactive_file", 0))
        return round(float(used["usage"] - cached) / MEGABYTE, 1)

    def cpu_milliseconds(self) -> float:
        """Return the processor time of all processes so far."""
        used = self._container.stats(stream=False, one_shot=True)["cpu_stats"]["cpu_usage"]
        return float(used["total_usage"]) / 1_000_000

    def image_megabytes(self) -> float:
        """Return the unpacked size of the image."""
        return round(float(self._container.image.attrs["Size"]) / MEGABYTE, 1)

    def log(self) -> str:
        """Return the last lines of the server's output."""
        output: bytes = self._container.logs(tail=20)
        return output.decode(errors="replace")

    def freeze(self) -> None:
        """Take the processor from the server."""
        self._container.pause()
        self._frozen = True

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the server run during the block."""
        self._container.unpause()
        self._frozen = False
        try:
            yield
        finally:
            self.freeze()

    def remove(self) -> None:
        """Remove the container."""
        self._container.remove(force=True)


def remove_leftovers(client: Any) -> None:
    """Remove the containers of a run that was killed."""
    for container in client.containers.list(all=True, filters={"label": LABEL}):
        container.remove(force=True)


def start(client: Any, peer: Peer, body: Path, label: str) -> tuple[Server, float]:
    """Start a server and return it, frozen, with the seconds until its first right answer.

    Raises PeerError if it does not start or its best label is not `label`.
    """
    try:
        container = client.containers.create(
            peer.tag,
            list(peer.command) or None,
            environment={"APP_WORKERS": str(WORKERS)} if peer.is_app else {},
            labels={LABEL: peer.image},
            ports={PORT: ("127.0.0.1", None)},
            **LIMITS,
        )
    except DockerException as error:
        raise PeerError(f"{peer.title}: {error}; make bench-serve-build") from error
    server = Server(peer, container)
    try:
        started = time.perf_counter()
        container.start()
        ready = server.wait_ready(body, label, started)
        server.freeze()
    except BaseException:
        server.remove()
        raise
    return server, round(ready, 2)


def limit(client: Any, peer: Peer, photo: Path, seconds: float) -> dict[str, float]:
    """Return what `limit.py` measures in the image of `peer` under the same limits."""
    mounted = {str(Path(__file__).parent / "limit.py"): "/bench/limit.py", str(photo): f"/bench/{photo.name}"}
    container = client.containers.create(
        peer.tag,
        ["/bench/limit.py", f"/bench/{photo.name}", str(seconds), str(WORKERS)],
        entrypoint=["python3"],
        labels={LABEL: peer.image},
        volumes={source: {"bind": target, "mode": "ro"} for source, target in mounted.items()},
        **LIMITS,
    )
    try:
        container.start()
        code = int(container.wait(timeout=START_SECONDS + seconds)["StatusCode"])
        if code:
            raise PeerError(f"limit.py in {peer.tag} ended with {code}: {container.logs(tail=20).decode()}")
        found: dict[str, float] = json.loads(container.logs(stdout=True, stderr=False))
    finally:
        container.remove(force=True)
    return found
