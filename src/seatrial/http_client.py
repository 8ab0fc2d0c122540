"""Requests to an endpoint under test: one connection each, no retry, every failure one exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from seatrial.total_timeout import new_session, read_body

MAX_BODY_BYTES: Final = 16 << 20
"""The most that is read of a response; one of the app has some kilobytes."""


class NoResponseError(Exception):
    """The endpoint sent no complete response: refused, reset or timed out."""


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
    """Sends each request on a connection of its own, so that a load balancer routes each afresh."""

    def request(
        self, method: str, url: str, *, timeout: float, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> HttpResponse:
        """Send a request and return the response, whatever its status."""
        sent = {**headers, "Connection": "close"}
        try:
            with new_session() as session:
                response = session.request(
                    method, url, data=body or None, headers=sent, timeout=timeout, stream=True
                )
                read_body(response, MAX_BODY_BYTES)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # requests passes some errors of urllib3 on, such as that of an invalid host name.
            raise NoResponseError(f"{type(error).__name__}: {error}") from error
        return HttpResponse(response.status_code, response.headers, response.content)
