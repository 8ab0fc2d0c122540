"""Print where an environment's stable release is reached, if it is of this working state and lock."""

from __future__ import annotations

from seatrial.errors import OutsideError, RefusedError, SeatrialError
from seatrial.http_client import NoResponseError
from seatrial.kube.labels import LIVE
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.settings import Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

REQUEST_SECONDS = 2


def current(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> str:
    """Return the stable release's URL and commands that try it.

    Raises RefusedError if there is none or it is of another working state or lock, OutsideError if it does
    not respond. Nothing is waited for.
    """
    target = Target(settings, workspace, env, services, patience=0)
    stable = target.records.stable()
    if not stable:
        raise RefusedError(f"{env} has no release yet", f"make pipeline ENV={env}")
    if (stable.working_state, stable.lock_digest) != (workspace.working_state, workspace.lock_digest):
        what = f"{env} runs {stable.release} of {stable.revision}, not this working state and lock"
        raise RefusedError(what, f"make pipeline ENV={env}")
    address = target.slots.address(LIVE, REQUEST_SECONDS)
    _require_response(target, address, stable)
    return _usage(target, stable, address)


def _require_response(target: Target, address: str, stable: Record) -> None:
    headers = {"Host": target.environment.host}
    try:
        response = target.services.http.request(
            "GET", f"http://{address}/readyz", timeout=REQUEST_SECONDS, headers=headers
        )
    except NoResponseError as error:
        raise OutsideError(f"{stable.release} does not respond at {address}", "make status") from error
    if not response.ok or response.headers.get("X-Release") != stable.release:
        raise RefusedError(f"the response of {address} is not from {stable.release}", "make status")


def _usage(target: Target, stable: Record, address: str) -> str:
    host, photo = target.environment.host, _photo(target, stable)
    try_it = f"curl -H 'Content-Type: application/octet-stream' --data-binary @{photo}"
    return "\n".join(
        (
            f"{stable.release} serves {stable.model.name} {stable.model.version} at http://{address}/",
            f"  try it:  {try_it} http://{address}/predict",
            f"  by name: {try_it} --resolve {host}:80:{address} http://{host}/predict",
        )
    )


def _photo(target: Target, stable: Record) -> str:
    try:
        golden = target.golden(stable.golden, stable.revision)
        return str(max(golden.photos, key=lambda photo: photo.min_probability).path)
    except SeatrialError:
        return "photo.jpg"
