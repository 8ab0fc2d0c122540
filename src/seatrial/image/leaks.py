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
LONGEST_TEXT = 1_000_000
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


def require_no_secrets(name: str, data: bytes, secrets: Iterable[bytes]) -> None:
    """Raise RefusedError if `data` contains a secret; the error has `name` and the kind, never the value."""
    kind = next(("a known credential" for secret in secrets if secret in data), None)
    if kind is None and len(data) <= LONGEST_TEXT:
        kind = find_credential(data)
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
