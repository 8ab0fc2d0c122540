"""The address of a registry in the settings: a host with an optional port, and nothing else."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def check_address(address: str) -> str:
    """Return the address of a registry as it is. Raises ValueError, with the form that is meant.

    A user or a password in it is not part of the error.
    """
    if not address or _ADDRESS.fullmatch(address):
        return _with_a_domain(address)
    rest = address.rpartition("@")[2].partition("://")[2] or address.rpartition("@")[2]
    host, _, path = rest.partition("?")[0].partition("/")
    fix = f"set it to {host.lower()!r}"
    if path := path.strip("/"):
        fix += f", and registry.repository to '{path}/…'"
    raise ValueError(f"it is a host with an optional port, without scheme, path or capitals: {fix}")


def _with_a_domain(address: str) -> str:
    host = address.partition(":")[0]
    if host and "." not in address and ":" not in address and host != "localhost":
        raise ValueError(f"{address!r} has no domain; for Azure set it to '{address}.azurecr.io'")
    return address
