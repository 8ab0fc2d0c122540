"""Say where an environment answers, if it serves this working state and lock."""

from __future__ import annotations

import requests

from seatrial.errors import OutsideError, RefusedError, SeatrialError
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.settings import Settings
from seatrial.workspace import Workspace

SECONDS = 2


def current(settings: Settings, workspace: Workspace, env: str) -> str:
    """Return where the stable release answers, and what to try there.

    Raises RefusedError when there is none, it is of another working state or lock, or it does not
    answer; nothing is waited for.
    """
    target = Target(settings, workspace, env, patience=0)
    stable = target.records.stable()
    if not stable:
        raise RefusedError(f"nothing is released to {env} yet", f"make pipeline ENV={env}")
    if (stable.working_state, stable.lock_digest) != (workspace.working_state, workspace.lock_digest):
        what = f"{stable.release} of {stable.revision} serves {env}, not this working state and lock"
        raise RefusedError(what, f"make pipeline ENV={env}")
    address = target.slots.address("classifier", SECONDS)
    _answers(address, target.environment.host, stable)
    return _invitation(target, stable, address)


def _answers(address: str, host: str, stable: Record) -> None:
    try:
        answer = requests.get(f"http://{address}/readyz", headers={"Host": host}, timeout=SECONDS)
    except requests.RequestException as error:
        raise OutsideError(f"{stable.release} does not answer at {address}", "make status") from error
    if not answer.ok or answer.headers.get("X-Release") != stable.release:
        raise RefusedError(f"{address} does not answer as {stable.release}", "make status")


def _invitation(target: Target, stable: Record, address: str) -> str:
    host, photo = target.environment.host, _photo(target, stable)
    try_it = f"curl -H 'Content-Type: application/octet-stream' --data-binary @{photo}"
    return "\n".join(
        (
            f"{stable.release} answers at http://{address}/ with {stable.model.name} {stable.model.version}",
            f"  try it:  {try_it} http://{address}/predict",
            f"  by name: {try_it} --resolve {host}:80:{address} http://{host}/predict",
        )
    )


def _photo(target: Target, stable: Record) -> str:
    try:
        golden = target.golden(stable.golden_digest)
        return str(max(golden.photos, key=lambda photo: photo.min_probability).path)
    except SeatrialError:
        return "photo.jpg"
