"""Registry credentials from a docker config.json, never from arguments."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker import auth
from docker.errors import DockerException
from docker.utils.config import find_config_file

from seatrial.errors import UsageError
from seatrial.image.credential_helper import ask_helper
from seatrial.settings import Registry


@dataclass(frozen=True)
class Credentials:
    """A user and a password, or an identity token; all empty for anonymous access. Secrets have no repr."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def auth_config(self) -> dict[str, str]:
        """The credentials in the format of the engine's API."""
        if self.token:
            return {"identitytoken": self.token}
        return {"username": self.user, "password": self.password}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not be published."""
        return tuple(value for value in (self.password, self.token) if value)


def find_credentials(registry: Registry) -> Credentials:
    """Return the credentials for `registry`, from the config.json in `config_dir` or that of the user.

    Credential helpers are supported. Raises UsageError if the file cannot be read, or a helper is not
    installed or fails, and OutsideError if it does not answer in HELPER_SECONDS.
    """
    try:
        config = _load_config(registry)
        helper = config.get_credential_store(registry.address)
        found = ask_helper(helper, registry.address) if helper else None
        found = found or _in_file(config, registry.address)
        login = [_text(found, name) for name in ("username", "password", "identitytoken")]
    # The library does not check the types in the file.
    except (
        DockerException,
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
    ) as error:
        raise UsageError(
            f"the credentials for {registry.address} cannot be read: {type(error).__name__}",
            f"docker login {registry.address}, or fix registry.config_dir",
        ) from error
    return Credentials(*login)


def _load_config(registry: Registry) -> auth.AuthConfig:
    """Return the config.json in `config_dir`, or that of the user; an empty one if there is none.

    Raises UsageError if it is not JSON, which the library reads as an empty file.
    """
    if registry.config_dir:
        path = Path(registry.config_dir) / "config.json"
        found = str(path) if path.exists() else ""
    else:
        found = find_config_file() or ""
    if not found:
        return auth.AuthConfig({})
    try:
        json.loads(Path(found).read_bytes().decode())
    except json.JSONDecodeError as error:
        # The text of this error names a place and shows no content.
        raise UsageError(f"{found} is not JSON: {error}", "fix it, or docker login again") from None
    return auth.load_config(found)


def _in_file(config: auth.AuthConfig, address: str) -> dict[str, Any]:
    found = auth.resolve_authconfig(auth.AuthConfig({"auths": config.auths}), address)
    return dict(found or {})


def _text(found: dict[str, Any], name: str) -> str:
    """Return a value, which credential helpers write with a capital letter. Raises TypeError if not text."""
    capital = {"username": "Username", "password": "Password", "identitytoken": "IdentityToken"}[name]
    value = found.get(name) or found.get(capital) or ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a string")
    return value
