"""URLs that a registry names in its responses: which of them may be asked, and which may see credentials."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from seatrial.errors import OutsideError
from seatrial.settings import Registry

TOKEN_SERVICES: Final = {
    "index.docker.io": "auth.docker.io",
    "registry-1.docker.io": "auth.docker.io",
    "registry.gitlab.com": "gitlab.com",
}
"""Registries whose token service is on another host. That of Azure, GitHub and Google is on their own."""

# Without user, fragment, backslash, spaces or control characters, which URL parsers read in different ways.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?"
    r"(?:[/?][!-\"$-\[\]-~]*)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_origin(url: str) -> Origin | None:
    """Return the origin of an http or https URL, or None if it is not one that every parser reads alike."""
    found = _URL.fullmatch(url)
    if not found or int(found["port"] or 1) > 65535:
        return None
    scheme = found["scheme"].lower()
    return Origin(scheme, found["host"].lower(), int(found["port"] or (443 if scheme == "https" else 80)))


def absolute_url(base: str, location: str) -> str:
    """Return the URL of a `Location` in a response, or an empty string if it is not valid."""
    try:
        return urljoin(base, location)
    except ValueError:
        return ""


def registry_url(registry: Registry) -> str:
    """Return the URL of a registry, without a path."""
    return f"{'http' if registry.insecure else 'https'}://{registry.address}"


def token_service(registry: Registry, challenge: str) -> tuple[str, dict[str, Any]]:
    """Return the URL of the token service in a Bearer challenge, and the parameters of the request to it.

    Raises OutsideError if the credentials may not be sent there: it is neither https on the host of the
    registry, of `registry.token_host` or of TOKEN_SERVICES, nor the registry itself over loopback http.
    """
    parameters = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm = parameters.get("realm", "")
    if not _may_see_credentials(registry, realm):
        raise OutsideError(
            f"the registry {registry.address} asks for the credentials at {realm[:100]!r}, and they are sent "
            "only by https to its own host",
            "if that is its token service, set registry.token_host to the host in that URL",
        )
    return realm, {name: parameters[name] for name in ("service", "scope") if name in parameters}


def may_redirect(registry: Registry, target: str) -> bool:
    """Return whether a download may be redirected to a URL, without credentials."""
    found = parse_origin(target)
    return found is not None and (found.scheme == "https" or is_registry(registry, target))


def is_registry(registry: Registry, url: str) -> bool:
    """Return whether a URL is one of the registry itself."""
    own = parse_origin(registry_url(registry))
    return own is not None and parse_origin(url) == own


def _may_see_credentials(registry: Registry, url: str) -> bool:
    own, found = parse_origin(registry_url(registry)), parse_origin(url)
    if own is None or found is None:
        return False
    if found.scheme == "http":
        return found == own and own.is_loopback
    configured = parse_origin(f"https://{registry.token_host}")
    return found.host in (own.host, TOKEN_SERVICES.get(own.host)) or found == configured
