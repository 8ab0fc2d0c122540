"""A timeout for a whole request. That of `requests` starts again with every byte that arrives.

The acceptance suite, too, imports this module. It needs nothing else of the pipeline.
"""

from __future__ import annotations

import io
import time
from contextlib import closing
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter

from seatrial.timed_connections import LEAST_SECONDS, limit_whole_requests
from seatrial.tls import client_context

MIN_BYTES_PER_SECOND: Final = 128 << 10
"""The slowest transfer that is waited for: 1 Mbit/s."""
CHUNK: Final = 64 << 10


def transfer_seconds(seconds: float, size: int) -> float:
    """Return the deadline of a transfer of `size` bytes: `seconds`, and the time at the minimum rate."""
    return seconds + size / MIN_BYTES_PER_SECOND


class Deadline:
    """The end of several requests, such as one and its redirects; a `timeout` for `requests`."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left, at least a millisecond."""
        return max(LEAST_SECONDS, self._end - time.monotonic())


class TooLargeError(requests.RequestException):
    """A response has more bytes than were allowed."""


def new_session(*, follow_redirects: bool = False, host: str = "", ca_file: str = "") -> requests.Session:
    """Return a session in which a timeout limits a whole request: connect, send, headers and body.

    Certificates are checked for `host` (empty: that of the URL), against the authorities of `ca_file`; see
    `seatrial.tls.client_context`.

    Redirects count as part of it if the timeout is a `Deadline`. Only the resolver of the machine has limits
    of its own. Credentials are those of a request alone, and not from ~/.netrc.
    """
    session = _Session(follow_redirects)
    # Without any `auth` requests would look for credentials in ~/.netrc.
    session.auth = _no_auth
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(host, ca_file))
    return session


def read_body(response: requests.Response, limit: int) -> None:
    """Read the body of a streamed response. Raises TooLargeError if it has more than `limit` bytes."""
    body = io.BytesIO()
    with closing(response):
        for piece in response.iter_content(CHUNK):
            body.write(piece)
            if body.tell() > limit:
                raise TooLargeError(f"the response has over {limit} bytes", response=response)
    response._content = body.getvalue()


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Session(requests.Session):
    def __init__(self, follow_redirects: bool) -> None:
        super().__init__()
        self._follow_redirects = follow_redirects

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        # With `allow_redirects=False` requests still parses the Location, and fails if it is not valid.
        return super().get_redirect_target(resp) if self._follow_redirects else None

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:  # noqa: ARG002
        prepared_request.headers.pop("Authorization", None)


class _Adapter(HTTPAdapter):
    def __init__(self, host: str, ca_file: str) -> None:
        self._tls: dict[str, Any] = {"server_hostname": host} if host else {}
        self._ca_file = ca_file
        super().__init__()

    def init_poolmanager(self, *words: Any, **options: Any) -> None:
        super().init_poolmanager(*words, **{**options, **self._tls})
        limit_whole_requests(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **options, **self._tls)
        limit_whole_requests(manager)
        return manager

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        del verify  # There is no way around the check.
        where, options = super().build_connection_pool_key_attributes(request, True, cert)
        if where["scheme"] != "https":
            return where, options
        # requests itself would read the authorities again for each connection.
        return where, {**options, "ssl_context": client_context(self._ca_file)}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Add no other authorities than those of the context."""

    def send(self, request: requests.PreparedRequest, *words: Any, **options: Any) -> requests.Response:
        timeout = options.pop("timeout", None)
        seconds = timeout.remaining() if isinstance(timeout, Deadline) else timeout
        options["timeout"] = urllib3.Timeout(total=seconds)
        try:
            return super().send(request, *words, **options)
        except urllib3.exceptions.LocationValueError as error:
            # requests passes this error of urllib3 on, unlike all others.
            raise requests.exceptions.InvalidURL(str(error), request=request) from error
