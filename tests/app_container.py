"""The image in a container, locked down as the cluster does it."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

# Its image cannot be pulled everywhere; what is left over is found by label instead.
testcontainers_config.ryuk_disabled = True

PORT = 8080
LOOPBACK = "127.0.0.1"
LABEL = "seatrial.tests"
# Two sessions may run at once: each takes away its own containers only.
SESSION = uuid4().hex
LOCKED_DOWN: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "mem_limit": "1g",
    "pids_limit": 100,
}


class AppContainer(DockerContainer):
    """A container of the app: read-only, no capability, no new privilege, on a loopback port."""

    def __init__(self, image: str, locked_down: bool = True) -> None:
        super().__init__(image)
        # docker-py takes an address and a port here, testcontainers' own method only a port.
        self.ports[f"{PORT}/tcp"] = (LOOPBACK, None)  # type: ignore[index,assignment]
        self.with_kwargs(labels={LABEL: SESSION}, **(LOCKED_DOWN if locked_down else {}))
        if locked_down:
            self.with_tmpfs_mount("/tmp", "size=64m")
        self.session = requests.Session()

    @property
    def url(self) -> str:
        """Where it answers: on loopback only, whatever testcontainers takes for the engine's address."""
        return f"http://{LOOPBACK}:{self.get_exposed_port(PORT)}"

    def get(self, path: str, **words: Any) -> requests.Response:
        """Ask for a path, within ten seconds."""
        return self.session.get(self.url + path, timeout=10, **words)

    def post(self, path: str, **words: Any) -> requests.Response:
        """Send to a path, within ten seconds."""
        return self.session.post(self.url + path, timeout=10, **words)

    def wait_ready(self, seconds: float) -> None:
        """Return once `/readyz` answers 200; fail with its log after `seconds`, or when it died."""
        waits = Retrying(
            stop=stop_after_delay(seconds),
            wait=wait_fixed(0.02),
            retry=retry_if_exception_type((requests.RequestException, NotReadyError)),
            reraise=True,
        )
        try:
            waits(self._ask_ready)
        except (requests.RequestException, NotReadyError) as error:
            raise AssertionError(f"not ready within {seconds} s; its log:\n{self.log}") from error

    def wait_exit(self, seconds: int) -> int:
        """Return the exit code once the container has ended, at most `seconds` from now."""
        return int(self.get_wrapped_container().wait(timeout=seconds)["StatusCode"])

    @property
    def log(self) -> str:
        """What it has printed, both streams."""
        return self.get_wrapped_container().logs().decode(errors="replace")

    def run_inside(self, *words: str) -> tuple[int, str]:
        """Run a command inside, and return its exit code and what it printed."""
        done = self.get_wrapped_container().exec_run(list(words))
        return int(done.exit_code), done.output.decode(errors="replace")

    def _ask_ready(self) -> None:
        container = self.get_wrapped_container()
        container.reload()
        if container.status == "exited":
            raise AssertionError(f"it ended instead of getting ready; its log:\n{self.log}")
        if self.session.get(self.url + "/readyz", timeout=2).status_code != 200:
            raise NotReadyError


class NotReadyError(Exception):
    """It answers, but not yet with 200."""


def is_image_id(text: str) -> bool:
    """Return whether `text` names an image by content."""
    return bool(re.fullmatch(r"(.+@)?sha256:[0-9a-f]{64}", text))
