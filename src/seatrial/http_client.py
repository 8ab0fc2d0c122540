"""Requests to an endpoint under test: one connection each, no retry, every failure one exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from seatrial.tls import certificate_problem
from seatrial.total_timeout import new_session, read_body

MAX_BODY_BYTES: Final = 16 << 20
"""The most that is read of a response; one of the app has some kilobytes."""


class NoResponseError(Exception):
    """The endpoint sent no complete response: refused, reset or timed out."""


class CertificateError(NoResponseError):
    """There is no TLS connection: the certificate is refused, or the port is not TLS. One line."""


@dataclass(frozen=True)
class HttpResponse:
    """A complete response; header names are case-insensitive."""

    status: int
    headers: Mapping[str, str] = field(default_factory=CaseInsensitiveDict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON. Raises ValueError if it is not."""
        return json.loads(self.body)


class HttpClient(Protocol):
    """Sends single requests."""

    def request(
        self, method: str, url: str, *, timeout: float, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> HttpResponse:
        """Send a request and return the response, whatever its status.

        `timeout` is in seconds, from the start to the last byte of the response. Raises NoResponseError if
        no complete response arrives in that time, or one of over MAX_BODY_BYTES.
        """
        ...


class NewConnections:
    """Sends each request on a connection of its own, so that a load balancer routes each afresh.

    Over https the certificate is checked for the name in the Host header, or else in the URL. `ca_file` has
    the authorities to trust; see `seatrial.tls.client_context`.
    """

    def __init__(self, ca_file: str = "") -> None:
        self._ca_file = ca_file

    def request(
        self, method: str, url: str, *, timeout: float, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> HttpResponse:
        """Send a request and return the response, whatever its status."""
        sent = {**headers, "Connection": "close"}
        host = urlsplit(f"//{headers.get('Host', '')}").hostname or ""
        try:
            with new_session(host=host, ca_file=self._ca_file) as session:
                response = session.request(
                    method, url, data=body or None, headers=sent, timeout=timeout, stream=True
                )
                read_body(response, MAX_BODY_BYTES)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            if problem := certificate_problem(error, host or urlsplit(url).hostname or url):
                raise CertificateError(problem) from error
            # requests passes some errors of urllib3 on, such as that of an invalid host name.
            raise NoResponseError(f"{type(error).__name__}: {error}") from error
        return HttpResponse(response.status_code, response.headers, response.content)
