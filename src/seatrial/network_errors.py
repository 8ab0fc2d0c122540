"""Why a connection failed, in words, from the chain of errors that a client library raises."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})
PLAIN_HTTP: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
BEHIND_FIREWALL: Final = "check its firewall, and that this network may reach it (VPN, private endpoint)"
CA_HINT: Final = "if its certificate is from a private CA, set SSL_CERT_FILE to the bundle of that CA"
EXPIRED: Final = (10, 9)
OTHER_NAME: Final = (62, 64)


@dataclass(frozen=True)
class Reason:
    """Why a connection failed, and what to do about it; both may be part of a sentence."""

    text: str
    hint: str


def find_reason(error: BaseException) -> Reason | None:
    """Return the reason in `error` or in what it was raised from, or None if it has none that is known."""
    return next((reason for each in _chain(error) if (reason := _reason(each))), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        # Libraries put the cause into an attribute or an argument too, and raise without `from`.
        related = (*each.args, getattr(each, "reason", None), getattr(each, "inner_exception", None))
        waiting += [
            one for one in (*related, each.__context__, each.__cause__) if isinstance(one, BaseException)
        ]


def _reason(error: BaseException) -> Reason | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_reason(error)
    if isinstance(error, ssl.SSLError):
        return _tls_reason(error)
    if isinstance(error, socket.gaierror):
        return Reason("its host name is not known to DNS", "check the name, and the DNS of this machine")
    return _socket_reason(error)


def _certificate_reason(error: ssl.SSLCertVerificationError) -> Reason:
    if error.verify_code in EXPIRED:
        return Reason(
            f"its certificate is not valid today ({error.verify_message})",
            "renew the certificate, or set the clock of this machine",
        )
    if error.verify_code in OTHER_NAME:
        return Reason(
            "its certificate is for another name",
            "use the name of the certificate, or issue one for this name",
        )
    return Reason(f"its certificate is not trusted ({error.verify_message})", CA_HINT)


def _tls_reason(error: ssl.SSLError) -> Reason | None:
    if error.reason in PLAIN_HTTP:
        return Reason("it does not speak TLS on this port", "check the port, or use http:// if it is meant")
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
