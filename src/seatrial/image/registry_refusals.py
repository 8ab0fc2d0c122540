"""Why a registry or the pull of a base image refuses, found in the text of the refusal.

The text itself is not shown: a registry may repeat a credential in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from seatrial.errors import OutsideError
from seatrial.network_errors import find_reason


class CredentialsRefusedError(OutsideError):
    """The registry does not accept the credentials, or they do not have the right."""


@dataclass(frozen=True)
class Cause:
    """A cause: the sign of it in a text, what it is (it follows the name of what failed), and the fix."""

    sign: re.Pattern[str]
    what: str
    hint: str


def _cause(sign: str, what: str, hint: str) -> Cause:
    return Cause(re.compile(sign, re.IGNORECASE), what, hint)


CREDENTIALS: Final = _cause(
    r"unauthorized|authentication required|denied|no basic auth|forbidden",
    "refuses these credentials",
    "docker login {address}, or check registry.config_dir",
)
CAUSES: Final = (
    _cause(
        r"is not allowed access|refer .*firewall|network-?rule",
        "refuses the address of this machine: its firewall allows other networks only",
        "allow this network (az acr network-rule add), or use its private endpoint",
    ),
    _cause(
        r"toomanyrequests|too many requests|rate limit",
        "limits the number of requests, and this machine is over the limit",
        "docker login raises the limit of a public registry; or try again later",
    ),
    _cause(
        r"configured upper limit|quota|storage (?:limit|capacity)",
        "has no storage left for this image: its quota is used up",
        "remove images (`make prune` removes those of Seatrial), or raise the quota",
    ),
    _cause(
        r"tag is immutable|immutab",
        "has this tag with another image already, and its tags are immutable",
        "build from another commit, or allow tags to be replaced in that repository",
    ),
    _cause(
        r"repository with name .* does not exist|repository .*not found|name[_ ]unknown",
        "has no such repository",
        "create the repository, and check registry.repository",
    ),
    _cause(
        r"no space left",
        "has no disk space left",
        "free some space there, then push again",
    ),
    _cause(
        r"error getting credentials|docker-credential-",
        "cannot be asked: the credential helper that Docker's config.json names does not work",
        "install that helper, or remove credsStore and credHelpers from config.json and docker login again",
    ),
    _cause(
        r"certificate has expired or is not yet valid",
        "has a certificate that is not valid now, by the clock of the Docker engine's machine",
        "set that clock (timedatectl set-ntp true), or renew the certificate",
    ),
    _cause(
        r"certificate is valid for|not valid for any names|doesn't contain any IP SANs",
        "has a certificate for another host name",
        "check registry.address: it is the name that the certificate has",
    ),
    _cause(
        r"first record does not look like a TLS handshake|gave HTTP response to HTTPS client",
        "does not use TLS, which the Docker engine expects of it",
        'give it a certificate, or add "{address}" to insecure-registries in /etc/docker/daemon.json',
    ),
    _cause(
        r"certificate signed by unknown authority|failed to verify certificate|certificate is not trusted",
        "has a certificate that the Docker engine does not trust",
        "put its CA into /etc/docker/certs.d/{address}/ca.crt on the engine's machine, and into the trusted "
        "certificates of the nodes",
    ),
    _cause(
        r"token (?:has |is )?expired|expired token|aadsts700024",
        "refuses the credentials: they have expired",
        "sign in again (az acr login, docker login); in CI, just before this step",
    ),
    CREDENTIALS,
    _cause(
        r"no such host|server misbehaving|name resolution",
        "has a host name that DNS does not know",
        "check registry.address, and the DNS of this machine",
    ),
    _cause(
        r"connection refused|i/o timeout|dial tcp|no route to host|TLS handshake|context deadline|EOF",
        "does not answer",
        "make status shows whether it runs; check registry.address",
    ),
)


def find_cause(text: str) -> Cause | None:
    """Return the first cause in CAUSES that `text` has a sign of, or None."""
    return next((each for each in CAUSES if each.sign.search(text)), None)


def credentials_refused(address: str, cause: Cause = CREDENTIALS) -> CredentialsRefusedError:
    """Return the error for a registry that judged the credentials, or this machine, and refused."""
    return CredentialsRefusedError(*_line(address, cause))


def refused(address: str, cause: Cause) -> OutsideError:
    """Return the error for a registry that refuses for a known cause."""
    return credentials_refused(address) if cause is CREDENTIALS else OutsideError(*_line(address, cause))


def _line(address: str, cause: Cause) -> tuple[str, str]:
    return f"the registry {address} {cause.what}", cause.hint.format(address=address)


def registry_unreachable(address: str, error: BaseException) -> OutsideError:
    """Return the error for a registry that does not answer, with the reason that `error` has."""
    hint = "make status shows whether it runs; check registry.address"
    reason = find_reason(error)
    if not reason:
        return OutsideError(f"the registry {address} does not answer", hint)
    return OutsideError(f"the registry {address} does not answer: {reason.text}", f"{reason.hint}; {hint}")
