"""No image leaves with a credential in it: what we know to be secret, and what looks like a key."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seatrial.errors import RefusedError
from seatrial.image.credentials import find_credentials
from seatrial.secret_patterns import find_credential
from seatrial.settings import Settings

SHORTEST = 8
LONGEST_TEXT = 1_000_000
SECRET_NAME = re.compile(r"(password|passwd|secret|token|_key|accountkey|credential)s?$", re.I)
ASSIGNED = re.compile(r"^\s*\w+\s*=\s*(\S+)\s*$", re.M)


def known_secrets(settings: Settings, environ: Mapping[str, str]) -> frozenset[bytes]:
    """Return what we hold that nobody else may see: the store's key, the registry's login, CI's tokens."""
    found = [value for name, value in environ.items() if SECRET_NAME.search(name)]
    if settings.store.key_file and Path(settings.store.key_file).is_file():
        text = Path(settings.store.key_file).read_text(errors="replace")
        # A key alone, or a credentials file of which an image may hold a single line.
        found += [text, *ASSIGNED.findall(text)]
    if settings.registry.address:
        login = find_credentials(settings.registry)
        found += login.secrets
        found += [base64.b64encode(f"{login.user}:{word}".encode()).decode() for word in login.secrets]
    return frozenset(value.strip().encode() for value in found if len(value.strip()) >= SHORTEST)


def refuse_leaks(where: str, data: bytes, secrets: Iterable[bytes]) -> None:
    """Raise RefusedError, naming `where` and the kind but never the value, if `data` holds a secret."""
    kind = next(("a credential of ours" for secret in secrets if secret in data), None)
    if kind is None and len(data) <= LONGEST_TEXT:
        kind = find_credential(data)
    if kind:
        raise RefusedError(f"{where} holds {kind}", "take it out; if it was ever pushed, revoke it")


def refuse_in_config(attrs: Mapping[str, Any], history: Iterable[Any], secrets: Iterable[bytes]) -> None:
    """Raise RefusedError if an image's environment, labels or history hold a secret."""
    told = json.dumps([attrs.get("Config"), list(history)]).encode()
    refuse_leaks("the image's config", told, secrets)
