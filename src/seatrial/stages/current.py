"""Print where an environment's stable release is reached, if it is of this working state and lock."""

from __future__ import annotations

from urllib.parse import urlsplit

from seatrial.errors import OutsideError, RefusedError, SeatrialError
from seatrial.http_client import CertificateError, NoResponseError
from seatrial.live_address import hint_of_private
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
    url = target.live_url(REQUEST_SECONDS)
    _require_response(target, url, stable)
    return _usage(target, stable, url)


def _require_response(target: Target, url: str, stable: Record) -> None:
    headers, address = {"Host": target.environment.authority}, urlsplit(url).netloc
    try:
        response = target.http.request("GET", f"{url}/readyz", timeout=REQUEST_SECONDS, headers=headers)
    except CertificateError as error:
        raise OutsideError(f"{target.environment.url}: {error}", "docs/how-to/https.md") from error
    except NoResponseError as error:
        hint = hint_of_private(url) or "make status"
        raise OutsideError(f"{stable.release} does not respond at {address}", hint) from error
    if not response.ok or response.headers.get("X-Release") != stable.release:
        raise RefusedError(f"the response of {address} is not from {stable.release}", "make status")


def _usage(target: Target, stable: Record, url: str) -> str:
    live, photo = target.environment, _photo(target, stable)
    try_it = f"curl -H 'Content-Type: application/octet-stream' --data-binary @{photo}"
    try_it += f" --cacert {live.ca_file}" if live.ca_file else ""
    named = f"--resolve {live.host}:{live.tcp_port}:{urlsplit(url).hostname} {live.url}/predict"
    lines = [f"{stable.release} serves {stable.model.name} {stable.model.version} at {target.shown(url)}/"]
    if live.address == "host":
        lines += [f"  try it:  {try_it} {url}/predict"]
    else:
        # A certificate has no address: over https only the name can be tried.
        lines += [f"  try it:  {try_it} {url}/predict"] if live.scheme == "http" else []
        lines += [f"  by name: {try_it} {named}"]
    return "\n".join(lines)


def _photo(target: Target, stable: Record) -> str:
    try:
        golden = target.golden(stable.golden, stable.revision)
        return str(max(golden.photos, key=lambda photo: photo.min_probability).path)
    except SeatrialError:
        return "photo.jpg"
