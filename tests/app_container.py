"""A container of the app's image with the restrictions of the cluster."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, cast
from uuid import uuid4

import requests
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from seatrial.errors import OutsideError
from seatrial.image.pod_restrictions import WRITABLE, restrictions
from seatrial.image.session_containers import LABEL, VARIABLE
from seatrial.settings import Pod, load
from seatrial.wait import until
from seatrial.workspace import Workspace

# The image of testcontainers' reaper cannot be pulled everywhere. Leftovers are removed by label instead.
testcontainers_config.ryuk_disabled = True

POD = load(Workspace(Path(__file__).parents[1], os.environ.get("SEATRIAL_INSTANCE", "dev"))).pod
PORT = 8080
ADMIN_PORT = 8081
LOOPBACK = "127.0.0.1"
# `check` gives its own, to remove what a killed run leaves. Else it is unique, so that concurrent sessions
# do not remove each other's containers.
SESSION = os.environ.get(VARIABLE) or uuid4().hex


class AppContainer(DockerContainer):
    """A container of the app on a loopback port: read-only, without capabilities and privilege escalation.

    It has the memory and the workers of a pod: `[pod]` of seatrial.toml.
    """

    def __init__(self, image: str, locked_down: bool = True, pod: Pod = POD) -> None:
        super().__init__(image)
        self.with_env("APP_WORKERS", str(pod.workers))
        limits = restrictions(pod) if locked_down else {}
        # docker-py accepts an address and a port, with_exposed_ports() of testcontainers only a port.
        for port in (PORT, ADMIN_PORT):
            cast("dict[str, Any]", self.ports)[f"{port}/tcp"] = (LOOPBACK, None)
        self.with_kwargs(labels={LABEL: SESSION}, **limits)
        if locked_down:
            for path, size in WRITABLE.items():
                self.with_tmpfs_mount(path, size)
        self.session = requests.Session()

    @property
    def url(self) -> str:
        """The base URL of the app. It is on loopback, whatever host testcontainers detects for the engine."""
        return f"http://{LOOPBACK}:{self.get_exposed_port(PORT)}"

    @property
    def admin_url(self) -> str:
        """The base URL of the admin port."""
        return f"http://{LOOPBACK}:{self.get_exposed_port(ADMIN_PORT)}"

    def probe(self, path: str) -> requests.Response:
        """Send a GET request to the admin port with a timeout of 10 s."""
        return self.session.get(self.admin_url + path, timeout=10)

    def get(self, path: str, **options: Any) -> requests.Response:
        """Send a GET request with a timeout of 10 s."""
        return self.session.get(self.url + path, timeout=10, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """Send a POST request with a timeout of 10 s."""
        return self.session.post(self.url + path, timeout=10, **options)

    def wait_ready(self, seconds: float) -> None:
        """Wait until `/readyz` returns 200.

        Raises AssertionError with the container's log if it exits or is not ready within `seconds`.
        """
        try:
            until("readiness of the container", self._probe_readiness, seconds, every=0.02)
        except OutsideError as error:
            raise AssertionError(f"{error.message}; its log:\n{self.log}") from error

    def wait_exit(self, seconds: int) -> int:
        """Wait at most `seconds` for the container to exit; return its exit code."""
        return int(self.get_wrapped_container().wait(timeout=seconds)["StatusCode"])

    @property
    def log(self) -> str:
        """The container's stdout and stderr."""
        output: bytes = self.get_wrapped_container().logs()
        return output.decode(errors="replace")

    def run_inside(self, *command: str) -> tuple[int, str]:
        """Run a command in the container; return its exit code and output."""
        done = self.get_wrapped_container().exec_run(list(command))
        return int(done.exit_code), done.output.decode(errors="replace")

    def _probe_readiness(self) -> Literal[True] | None:
        container = self.get_wrapped_container()
        container.reload()
        if container.status == "exited":
            raise AssertionError(f"the container exited before it was ready; its log:\n{self.log}")
        try:
            response = self.session.get(self.url + "/readyz", timeout=2)
        except requests.RequestException:
            return None
        return True if response.status_code == 200 else None
