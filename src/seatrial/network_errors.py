"""Why a connection failed, in words, from the chain of errors that a client library raises."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from seatrial.tls import PLAIN, REASONS, causes

NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})
BEHIND_FIREWALL: Final = "check its firewall, and that this network may reach it (VPN, private endpoint)"


@dataclass(frozen=True)
class Reason:
    """Why a connection failed, and what to do about it; both may be part of a sentence."""

    text: str
    hint: str


def find_reason(error: BaseException) -> Reason | None:
    """Return the reason in `error` or in what it was raised from, or None if it has none that is known."""
    return next((reason for each in causes(error) if (reason := _reason(each))), None)


def _reason(error: BaseException) -> Reason | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_reason(error)
    if isinstance(error, ssl.SSLError):
        return _tls_reason(error)
    if isinstance(error, socket.gaierror):
        return Reason("its host name is not known to DNS", "check the name, and the DNS of this machine")
    return _socket_reason(error)


def _certificate_reason(error: ssl.SSLCertVerificationError) -> Reason:
    text, _, fix = REASONS.get(error.verify_code, f"is refused: {error.verify_message}").partition(": ")
    return Reason(f"its certificate {text}", fix)


def _tls_reason(error: ssl.SSLError) -> Reason | None:
    if error.reason in PLAIN:
        return Reason("it does not use TLS on this port", "check the port, or use http:// if it is meant")
    return Reason(f"the TLS handshake failed ({error.reason})", "check the address") if error.reason else None


def _socket_reason(error: BaseException) -> Reason | None:
    if isinstance(error, ConnectionRefusedError):
        return Reason("it refuses connections", "check the address and the port, and that it runs")
    if type(error).__name__ == "ProxyError":
        return Reason(
            "the HTTP proxy of this environment failed", "check HTTPS_PROXY, or add the host to NO_PROXY"
        )
    if isinstance(error, TimeoutError) or type(error).__name__.endswith(
        ("ConnectTimeoutError", "ReadTimeoutError")
    ):
        return Reason("it does not answer in time", BEHIND_FIREWALL)
    if isinstance(error, OSError) and error.errno in NO_ROUTE:
        return Reason("there is no route to it", BEHIND_FIREWALL)
    return None
