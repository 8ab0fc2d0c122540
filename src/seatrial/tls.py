"""TLS to an endpoint: which authorities are trusted, and one line for each way a certificate is refused.

The acceptance suite, too, imports this module. It needs nothing else of the pipeline.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import requests
from urllib3.util.ssl_ import create_urllib3_context

# The variables that curl, requests and OpenSSL read; the first that is set counts.
VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
UNTRUSTED: Final = (
    "is signed by an authority that this machine does not trust: give the authority's certificate (PEM) with "
    "CA=FILE or REQUESTS_CA_BUNDLE, and let the server send its intermediate certificates"
)
# OpenSSL's X509_V_ERR_…, from its x509_vfy.h.
REASONS: Final[Mapping[int, str]] = {
    9: "is not valid yet: compare the clock of this machine with the certificate's dates",
    10: "has expired: renew it",
    18: UNTRUSTED,
    19: UNTRUSTED,
    20: UNTRUSTED,
    21: UNTRUSTED,
    62: "is for another name: HOST= or the URL must have a name that is in it",
    64: "is for another name: use the host name that is in it, not an address",
}
PLAIN: Final = (
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "UNEXPECTED_EOF_WHILE_READING",
    "ZERO_RETURN",
)


class AuthorityFileError(requests.RequestException):
    """The file with the trusted authorities cannot be read, or has no certificate in PEM."""


def client_context(ca_file: str = "") -> ssl.SSLContext:
    """Return the TLS settings of a client that checks name, dates and authority of every certificate.

    `ca_file` has the trusted authorities (PEM); empty: the file that one of VARIABLES names, else the public
    authorities. Raises AuthorityFileError if the file is not usable.
    """
    named = next((name for name in VARIABLES if os.environ.get(name)), "")
    path = Path(ca_file or os.environ.get(named, "") or requests.utils.DEFAULT_CA_BUNDLE_PATH)
    origin = "" if ca_file else named
    try:
        return _context(path, path.stat().st_mtime_ns)
    except (OSError, ssl.SSLError) as error:
        reason = "has no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror or error
        raise AuthorityFileError(
            f"the CA file {path} {f'of {origin} ' if origin else ''}({reason})"
        ) from error


@lru_cache(maxsize=8)
def _context(path: Path, _changed: int) -> ssl.SSLContext:
    # Shared by all connections: reading the public authorities takes as long as a request.
    context = create_urllib3_context()
    if path.is_dir():
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)
    return context


def shake_hands(address: str, port: int, host: str, ca_file: str, seconds: float) -> None:
    """Open and close a TLS connection to an address whose certificate must be valid for `host`.

    `seconds` limits each step of it. Raises OSError, AuthorityFileError.
    """
    with (
        socket.create_connection((address, port), timeout=seconds) as plain,
        client_context(ca_file).wrap_socket(plain, server_hostname=host),
    ):
        pass


def certificate_problem(error: BaseException, host: str) -> str:
    """Return why a TLS connection to `host` failed, in one line, or an empty string for any other error."""
    for each in causes(error):
        if isinstance(each, AuthorityFileError):
            return str(each)
        if isinstance(each, ssl.SSLCertVerificationError):
            reason = REASONS.get(each.verify_code, f"is refused: {each.verify_message}")
            return f"the certificate of {host} {reason}"
        # Python 3.11.2 names the end of the connection in the handshake by the class alone.
        reason = "ZERO_RETURN" if isinstance(each, ssl.SSLZeroReturnError) else _ssl_reason(each)
        if reason in PLAIN:
            return f"{host} is not TLS at this port: use http://, or its port for https ({reason})"
        if reason:
            return f"no TLS connection to {host}: {reason}"
    return ""


def _ssl_reason(error: BaseException) -> str:
    return str(error.reason or "") if isinstance(error, ssl.SSLError) else ""


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from; client libraries keep that in several places."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        kept = (getattr(each, "reason", None), getattr(each, "inner_exception", None), *each.args)
        related = (*kept, each.__context__, each.__cause__)
        waiting += [one for one in related if isinstance(one, BaseException)]
