"""The secret scan: no image contains a known credential, or text that looks like one."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seatrial.errors import RefusedError
from seatrial.image.credentials import find_credentials
from seatrial.settings import Settings

SHORTEST = 8
LONGEST_TEXT = 1_000_000
SECRET_NAME = re.compile(r"(password|passwd|secret|token|_key|accountkey|credential)s?$", re.I)
ASSIGNED = re.compile(r"^\s*\w+\s*=\s*(\S+)\s*$", re.M)
PATTERNS = {
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{32}"),
    "an Azure storage key": re.compile(rb"AccountKey=[A-Za-z0-9+/]{40,}={0,2}"),
    "an Azure SAS": re.compile(rb"[?&]sig=[A-Za-z0-9%+/]{30,}"),
    "an AWS access key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})"),
    "a registry login": re.compile(rb'"auth"\s*:\s*"[A-Za-z0-9+/]{12,}={0,2}"'),
}


def known_secrets(settings: Settings, environ: Mapping[str, str]) -> frozenset[bytes]:
    """Return the secrets of this machine: the store key, the registry login, and tokens in `environ`."""
    found = [value for name, value in environ.items() if SECRET_NAME.search(name)]
    if settings.store.key_file and Path(settings.store.key_file).is_file():
        text = Path(settings.store.key_file).read_text(errors="replace")
        # Either a key alone, or a credentials file of which each value alone is a secret.
        found += [text, *ASSIGNED.findall(text)]
    if settings.registry.address:
        login = find_credentials(settings.registry)
        found += login.secrets
        found += [base64.b64encode(f"{login.user}:{word}".encode()).decode() for word in login.secrets]
    return frozenset(value.strip().encode() for value in found if len(value.strip()) >= SHORTEST)


def require_no_secrets(name: str, data: bytes, secrets: Iterable[bytes]) -> None:
    """Raise RefusedError if `data` contains a secret; the error has `name` and the kind, never the value."""
    kind = next(("a known credential" for secret in secrets if secret in data), None)
    if kind is None and len(data) <= LONGEST_TEXT:
        kind = next((kind for kind, pattern in PATTERNS.items() if pattern.search(data)), None)
    if kind:
        raise RefusedError(f"{name} contains {kind}", "remove it; if it was ever pushed, revoke it")


def require_no_secrets_in_config(
    attrs: Mapping[str, Any], history: Iterable[Any], secrets: Iterable[bytes]
) -> None:
    """Raise RefusedError if the environment, the labels or the history of an image contain a secret."""
    config = json.dumps([attrs.get("Config"), list(history)]).encode()
    require_no_secrets("the image config", config, secrets)
