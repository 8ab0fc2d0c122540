"""One push through the engine, every line of its answer read: docker-py itself raises nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.errors import OutsideError
from seatrial.image.engine import explain, failures
from seatrial.image.registry import RegistryClient, refused, unreachable

PUSH_SECONDS = 600
REFUSED = re.compile(r"unauthorized|authentication required|denied|no basic auth|forbidden", re.I)
UNREACHABLE = re.compile(
    r"connection refused|no such host|i/o timeout|dial tcp|no route to host|TLS handshake|EOF",
    re.I,
)


def upload(client: Any, name: str, tag: str, registry: RegistryClient) -> frozenset[str]:
    """Push `name:tag` and return the layers that were sent, as the engine shortens their digests.

    Raises OutsideError when the registry refuses the credentials or the push, or does not answer, and
    when it takes longer than ten minutes.
    """
    words = {"auth_config": registry.credentials.auth_config, "stream": True, "decode": True}
    with failures(f"pushing to {registry.registry.address}"):
        return read_answer(client.api.push(name, tag=tag, **words), registry.registry.address)


def read_answer(lines: Iterable[Mapping[str, Any]], address: str) -> frozenset[str]:
    """Return the layers that the engine says it sent; OutsideError for the first error it tells."""
    deadline = time.monotonic() + PUSH_SECONDS
    pushed = set()
    for line in lines:
        if "error" in line:
            raise _failure(str(line["error"]), address)
        if line.get("status") == "Pushed":
            pushed.add(str(line.get("id", "")).removeprefix("sha256:")[:12])
        if time.monotonic() > deadline:
            raise OutsideError(f"the push to {address} took over {PUSH_SECONDS} s", "push again: it goes on")
    return frozenset(pushed)


def _failure(text: str, address: str) -> OutsideError:
    if REFUSED.search(text):
        return refused(address)
    if "no space left" in text.lower():
        return OutsideError(f"the disk of the registry {address} is full", "free some, then push again")
    if UNREACHABLE.search(text):
        return unreachable(address)
    return explain(f"pushing to {address}", text)
