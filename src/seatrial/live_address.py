"""Where users reach an environment: its host name, with scheme and port, and how a certificate is checked."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from seatrial.section import Section, UserPath

EXPECTED: Final = "is NAME[:PORT], http://NAME[:PORT] or https://NAME[:PORT]"
AZURE_NAME: Final = re.compile(r"([a-z][a-z0-9-]{1,61}[a-z0-9])\.[a-z0-9]+\.cloudapp\.azure\.com")
"""A name that Azure gives to a public address by a label; the label is its group."""
_HOST = re.compile(r"[\w.:-]+")


class LiveAddress(Section):
    """The live address of an environment.

    `host` may be given with its scheme and port, as in `https://name:8443`; afterwards it is the name alone.
    Port 0 is the default of the scheme. `ca_file` has the certificates of the authorities to trust (PEM),
    empty: those of this machine. With `address` "service" requests go to the live Service's own address,
    which the name must resolve to; with "host" to what the name resolves to, such as a gateway. With
    `internal` the load balancer of Azure gives an address of its virtual network, which nobody else reaches.
    """

    host: str
    scheme: Literal["http", "https"] = "http"
    port: int = Field(default=0, ge=0, le=65535)
    ca_file: UserPath = ""
    address: Literal["service", "host"] = "service"
    internal: bool = False

    @property
    def url(self) -> str:
        """The URL that users send to, without a path."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The Host header of a request: the name, and the port if it is not the scheme's default."""
        return f"{self.host}:{self.port}" if self.port else self.host

    @property
    def tcp_port(self) -> int:
        """The port that requests go to."""
        return self.port or (443 if self.scheme == "https" else 80)

    @model_validator(mode="after")
    def _check_internal(self) -> Self:
        if self.internal and AZURE_NAME.fullmatch(self.host):
            raise ValueError("internal is set, and a host under cloudapp.azure.com needs a public address")
        return self

    @model_validator(mode="before")
    @classmethod
    def _split(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("host"), str):
            return {**values, **_parts(values["host"])}
        return values


def hint_of_private(url: str) -> str:
    """Return the fix for a URL without a response if its host is an address of a private network, else ""."""
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if not address.is_private or address.is_loopback:
        return ""
    return (
        f"{host} is an address of a private network: run this in that network (a runner there, variable "
        "CLUSTER_RUNNER; a VPN or a peering), or give the Service a public address"
    )


def _parts(host: str) -> dict[str, Any]:
    """Return name, scheme and port of a host. Raises ValueError, without repeating the host."""
    scheme, separator, rest = host.partition("://") if "://" in host else ("", "", host)
    try:
        parts = urlsplit(f"//{rest}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(f"host {EXPECTED}") from None
    plain = not (parts.username or parts.query or parts.fragment) and parts.path in ("", "/")
    if not plain or scheme not in ("", "http", "https") or not _HOST.fullmatch(name):
        raise ValueError(f"host {EXPECTED}")
    found: dict[str, Any] = {"host": name}
    if separator:
        found["scheme"] = scheme
    if port is not None:
        found["port"] = port
    return found
