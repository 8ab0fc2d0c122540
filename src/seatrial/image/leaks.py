"""The secret scan: no image contains a known credential, or text that looks like one."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seatrial.errors import RefusedError
from seatrial.image.credentials import find_credentials
from seatrial.secret_patterns import find_credential
from seatrial.settings import Registry, Settings

SHORTEST = 8
CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 4096
"""More than any format of a credential needs to match, so that one on the edge of two chunks is found."""
SECRET_NAME = re.compile(r"(password|passwd|secret|token|_key|accountkey|credential)s?$", re.I)
ASSIGNED = re.compile(r"^\s*\w+\s*=\s*(\S+)\s*$", re.M)


def known_secrets(settings: Settings, environ: Mapping[str, str]) -> frozenset[bytes]:
    """Return the secrets of this machine: the store key, the registry logins, and tokens in `environ`."""
    found = [value for name, value in environ.items() if SECRET_NAME.search(name)]
    if settings.store.key_file and Path(settings.store.key_file).is_file():
        text = Path(settings.store.key_file).read_text(errors="replace")
        # Either a key alone, or a credentials file of which each value alone is a secret.
        found += [text, *ASSIGNED.findall(text)]
    if settings.registry.address:
        found += _login_secrets(settings.registry)
    return frozenset(value.strip().encode() for value in found if len(value.strip()) >= SHORTEST)


def find_secret(chunks: Iterable[bytes], secrets: Iterable[bytes]) -> str | None:
    """Return the kind of a secret in the content that `chunks` are the parts of, or None.

    Only one chunk and the end of the one before are in memory, whatever the length of the content.
    """
    known = tuple(secrets)
    overlap = max([OVERLAP_BYTES, *map(len, known)])
    # A format looks at the byte before a match; before the first byte there is a line's end.
    window = b"\n"
    for chunk in chunks:
        window = window[-overlap - 1 :] + chunk
        # What begins in the overlap has all of its context only in the next window.
        if kind := _find_in_window(window, known, len(window) - overlap):
            return kind
    return _find_in_window(window, known, len(window))


def _find_in_window(window: bytes, known: Iterable[bytes], end: int) -> str | None:
    if any(secret in window for secret in known):
        return "a known credential"
    return find_credential(window, 1, end) if end > 1 else None


def require_no_secrets(name: str, data: bytes, secrets: Iterable[bytes]) -> None:
    """Raise RefusedError if `data` contains a secret; the error has `name` and the kind, never the value."""
    _refuse(name, find_secret([data], secrets))


def require_no_secrets_in_file(name: str, path: Path, secrets: Iterable[bytes]) -> None:
    """Raise RefusedError, as `require_no_secrets`, if a file of any size contains a secret."""
    with path.open("rb") as file:
        _refuse(name, find_secret(iter(lambda: file.read(CHUNK_BYTES), b""), secrets))


def _refuse(name: str, kind: str | None) -> None:
    if kind:
        raise RefusedError(f"{name} contains {kind}", "remove it; if it was ever pushed, revoke it")


def require_no_secrets_in_config(
    attrs: Mapping[str, Any], history: Iterable[Any], secrets: Iterable[bytes]
) -> None:
    """Raise RefusedError if the environment, the labels or the history of an image contain a secret."""
    config = json.dumps([attrs.get("Config"), list(history)]).encode()
    require_no_secrets("the image config", config, secrets)


def _login_secrets(registry: Registry) -> Iterator[str]:
    """Return the passwords of the pipeline's and the nodes' login, in clear and as in a config.json."""
    directories = [registry.config_dir, *filter(None, [registry.pull_config_dir])]
    for directory in directories:
        login = find_credentials(registry.model_copy(update={"config_dir": directory}))
        yield from login.secrets
        yield from (base64.b64encode(f"{login.user}:{word}".encode()).decode() for word in login.secrets)
