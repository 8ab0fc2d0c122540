"""One container of the app on a loopback port of this machine, with the restrictions of a pod."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from docker.errors import APIError, DockerException, NotFound

from seatrial import console
from seatrial.errors import OutsideError, UsageError
from seatrial.http_client import NewConnections, NoResponseError
from seatrial.image.docker_client import engine_error, engine_errors
from seatrial.image.owned_containers import owned_containers
from seatrial.image.pod_restrictions import WRITABLE, restrictions
from seatrial.process import tail
from seatrial.trial_sections import Pod
from seatrial.wait import until
from seatrial.workspace import Workspace

LABEL: Final = "seatrial.run"
APP_PORT: Final = "8080/tcp"
LOOPBACK: Final = "127.0.0.1"
STOP_SECONDS: Final = 30
PORT_TAKEN: Final = ("port is already allocated", "address already in use")
ENDED: Final = ("exited", "dead", "removing")


@contextmanager
def local_container(client: Any, image: str, workspace: Workspace, pod: Pod, port: int = 0) -> Iterator[Any]:
    """Run an image and yield its container; the container is stopped and removed however the block ends.

    It has the memory, the workers and the restrictions of a pod. `port` 0 is a free one. Raises UsageError
    if the port is taken or this instance runs an image already, OutsideError if the engine fails.
    """
    with owned_containers(client, workspace, "run", LABEL) as owner:
        with engine_errors("creating the container"):
            container = client.containers.create(
                image,
                ports={APP_PORT: (LOOPBACK, port or None)},
                environment={"APP_WORKERS": str(pod.workers), "SEATRIAL_ENVIRONMENT": "run"},
                labels={LABEL: owner},
                tmpfs=WRITABLE,
                **restrictions(pod),
            )
        _start(container, port)
        try:
            yield container
        finally:
            _stop(container)


def _start(container: Any, port: int) -> None:
    try:
        with engine_errors("starting the container"):
            try:
                container.start()
            except APIError as error:
                if any(sign in str(error) for sign in PORT_TAKEN):
                    hint = "PORT=another, or no PORT= for a free one"
                    raise UsageError(f"port {port} of {LOOPBACK} is taken", hint) from error
                raise
    except BaseException:
        container.remove(force=True, v=True)
        raise


def _stop(container: Any) -> None:
    # The app completes its requests. What cannot be stopped is removed by force afterwards.
    try:
        with console.step("stopping the container"), engine_errors("stopping the container"):
            container.stop(timeout=STOP_SECONDS)
    except OutsideError as error:
        console.line(f"run: {error.message}")


def container_url(container: Any) -> str:
    """Return the URL of a started container, without a slash at its end."""
    with engine_errors("inspecting the container"):
        container.reload()
    published = container.attrs["NetworkSettings"]["Ports"].get(APP_PORT)
    if not published:
        raise ended(container)
    return f"http://{LOOPBACK}:{published[0]['HostPort']}"


def wait_ready(container: Any, url: str, seconds: float) -> None:
    """Wait until `/readyz` returns 2xx. Raises OutsideError with the log after `seconds`, or if it ends."""

    def probe() -> bool | None:
        with engine_errors("inspecting the container"):
            container.reload()
        if container.status in ENDED:
            raise ended(container)
        try:
            return NewConnections().request("GET", f"{url}/readyz", timeout=2).ok or None
        except NoResponseError:
            return None

    try:
        until("readiness of the app", probe, seconds, "image.ready_seconds is the limit", every=0.1)
    except OutsideError as error:
        error.log = error.log or _log(container)
        raise


def ended(container: Any) -> OutsideError:
    """Return the error for a container that ended by itself, with its exit code and the end of its log."""
    try:
        container.reload()
    except NotFound:
        return OutsideError("the container was removed")
    except (DockerException, requests.RequestException) as error:
        return engine_error("inspecting the container", str(error))
    state = container.attrs["State"]
    if state.get("OOMKilled"):
        return OutsideError(
            "the app used more memory than a pod has", "pod.memory_mb in seatrial.toml", _log(container)
        )
    return OutsideError(f"the app ended with exit code {state['ExitCode']}", "see its log", _log(container))


def was_stopped(container: Any) -> bool:
    """Return whether a container has ended with exit code 0, as after `docker stop`."""
    with engine_errors("inspecting the container"):
        container.reload()
    return bool(container.status == "exited" and container.attrs["State"]["ExitCode"] == 0)


def _log(container: Any) -> str:
    with engine_errors("reading the log of the container"):
        output: bytes = container.logs(tail=30)
    return tail(output.decode(errors="replace"))
