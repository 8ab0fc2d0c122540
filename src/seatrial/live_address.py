"""Where users reach an environment: its host name, with scheme and port, and how a certificate is checked."""

from __future__ import annotations

import re
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from seatrial.section import Section

EXPECTED: Final = "is NAME[:PORT], http://NAME[:PORT] or https://NAME[:PORT]"
_HOST = re.compile(r"[\w.:-]+")


class LiveAddress(Section):
    """The live address of an environment.

    `host` may be given with its scheme and port, as in `https://name:8443`; afterwards it is the name alone.
    Port 0 is the default of the scheme. `ca_file` has the certificates of the authorities to trust (PEM),
    empty: those of this machine. With `address` "service" requests go to the live Service's own address,
    which the name must resolve to; with "host" to what the name resolves to, such as a gateway.
    """

    host: str
    scheme: Literal["http", "https"] = "http"
    port: int = Field(default=0, ge=0, le=65535)
    ca_file: str = ""
    address: Literal["service", "host"] = "service"

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

    @model_validator(mode="before")
    @classmethod
    def _split(cls, values: object) -> object:
        if isinstance(values, dict) and isinstance(values.get("host"), str):
            return {**values, **_parts(values["host"])}
        return values


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
