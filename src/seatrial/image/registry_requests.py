"""Requests to a registry: each with a deadline and a size limit, redirected only without credentials."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any, Final

import requests

from seatrial.errors import OutsideError
from seatrial.image.server_urls import absolute_url, is_registry, may_redirect
from seatrial.settings import Registry
from seatrial.total_timeout import Deadline, TooLargeError, new_session, read_body, transfer_seconds

REQUEST_SECONDS: Final = 20
MAX_DOCUMENT_BYTES: Final = 8 << 20
"""The most that is read of a manifest, a config or another document; registries accept 4 MiB."""
MAX_REDIRECTS: Final = 5
REDIRECTS: Final = (301, 302, 303, 307, 308)


class RegistryRequests:
    """Sends requests to one registry and its token service."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._session = new_session()
        # A proxy of the environment cannot reach a registry on this machine.
        self._session.trust_env = not registry.insecure

    def send(
        self,
        method: str,
        url: str,
        *,
        size: int = 0,
        stream: bool = False,
        allow_redirects: bool = True,
        **options: Any,
    ) -> requests.Response:
        """Send a request, and a download again where the registry redirects it; return the response.

        The deadline is REQUEST_SECONDS and the time for `size` bytes, or those of `data`. With `stream` the
        body is not read yet; else it has at most MAX_DOCUMENT_BYTES. Other `options` are those of `requests`.
        Raises RequestException if there is no response in time, OutsideError if it is too large or the
        redirect is not one to follow.
        """
        body = options.get("data")
        seconds = transfer_seconds(REQUEST_SECONDS, size or (len(body) if isinstance(body, Sized) else 0))
        options |= {"timeout": Deadline(seconds), "stream": True}
        response = self._session.request(method, url, **options)
        if allow_redirects:
            response = self._follow(method, response, options)
        if not stream:
            self._read(response)
        return response

    def _follow(self, method: str, response: requests.Response, options: dict[str, Any]) -> requests.Response:
        for _ in range(MAX_REDIRECTS):
            if response.status_code not in REDIRECTS:
                return response
            response.close()
            target = absolute_url(response.url, response.headers.get("Location", ""))
            if method not in ("GET", "HEAD") or not may_redirect(self._registry, target):
                raise self._refused("a redirect that is not followed: only downloads are, and only by https")
            followed = options if is_registry(self._registry, target) else _without_credentials(options)
            response = self._session.request(method, target, **{**followed, "params": None})
        raise self._refused(f"over {MAX_REDIRECTS} redirects")

    def _read(self, response: requests.Response) -> None:
        try:
            read_body(response, MAX_DOCUMENT_BYTES)
        except TooLargeError as error:
            raise self._refused(f"over {MAX_DOCUMENT_BYTES} bytes for a document") from error

    def _refused(self, what: str) -> OutsideError:
        message = f"the registry {self._registry.address} returned {what}"
        return OutsideError(message, "check registry.address, and that registry")


def _without_credentials(options: dict[str, Any]) -> dict[str, Any]:
    headers = {name: value for name, value in options.get("headers", {}).items() if name == "Accept"}
    return {**options, "headers": headers, "auth": None}
