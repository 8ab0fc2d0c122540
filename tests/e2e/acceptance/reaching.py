"""Reach the endpoint once, before the tests: where it is, and whether anything responds there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import requests

from e2e.endpoint import LocatedEndpoint, locate


def reach(given: Callable[[str], Any]) -> LocatedEndpoint:
    """Return the endpoint of the options after one response of it, whatever its status.

    Raises LookupError, in one line and with what helps, if no endpoint is given or nothing responds.
    """
    url, server, ca_file, hint = given("url"), given("dns"), given("ca"), "check the URL"
    if not url:
        url, server, own, hint = _environment(given("env"))
        ca_file = ca_file or own
    try:
        found = locate(url, server, given("resolve"), ca_file, given("resolve_seconds"))
    except LookupError as error:
        raise LookupError(f"{error}; {hint}") from None
    try:
        found.client(keep_alive=False).get("/livez")
    except requests.RequestException as error:
        raise LookupError(f"{url} gives no HTTP response ({_reason(error)}); {hint}") from None
    return found


def _reason(error: BaseException) -> str:
    """Return the innermost cause: a client library wraps it several times."""
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    return " ".join(str(error.args[-1] if error.args else error).split())[:200] or type(error).__name__


def _environment(name: str) -> tuple[str, str, str, str]:
    """Return URL, DNS server and CA file of an environment, and what helps if nothing responds."""
    if not name:
        raise LookupError("no endpoint: --url http://… or --env NAME (make test-e2e URL=… or ENV=…)")
    # Imported here because the suite with --url needs no configuration of this project.
    from seatrial.errors import SeatrialError
    from seatrial.make_commands import with_instance
    from seatrial.settings import load
    from seatrial.workspace import find

    try:
        settings = load(find(os.environ.get("SEATRIAL_INSTANCE", "dev")))
        environment, dns = settings.environment(name), settings.dns_of(name)
    except SeatrialError as error:
        raise LookupError(with_instance(error.line)) from None
    hint = with_instance(f"make pipeline ENV={name} releases there, make status shows the local cloud")
    return environment.url, f"{dns.server}:{dns.port}" if dns.server else "", environment.ca_file, hint
