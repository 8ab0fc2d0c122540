"""The certificate of the live address, before a release begins."""

from __future__ import annotations

from seatrial.errors import OutsideError, RefusedError
from seatrial.http_client import CertificateError, NoResponseError
from seatrial.release.target import Target

REQUEST_SECONDS = 5
ADDRESS_SECONDS = 1.0


def require_valid_certificate(target: Target) -> None:
    """Raise RefusedError if the live address is https and its certificate is refused.

    Only after the switch would a release meet it, and be undone. Before the first release there may be no
    address yet, or nothing that responds: then nothing is refused.
    """
    if target.environment.scheme != "https":
        return
    try:
        url = target.live_url(ADDRESS_SECONDS)
        target.http.request("GET", f"{url}/livez", timeout=REQUEST_SECONDS, headers=target.headers_for(url))
    except CertificateError as error:
        raise RefusedError(f"{target.environment.url}: {error}", "no user was affected") from error
    except (OutsideError, NoResponseError):
        return
