"""Registry credentials from a docker config.json, never from arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker import auth
from docker.errors import DockerException

from seatrial.errors import UsageError
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

    Credential helpers are supported. Raises UsageError if the file cannot be read.
    """
    path = str(Path(registry.config_dir) / "config.json") if registry.config_dir else None
    try:
        found: dict[str, Any] = auth.resolve_authconfig(auth.load_config(path), registry.address) or {}
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


def _text(found: dict[str, Any], name: str) -> str:
    """Return a value, which credential helpers write with a capital letter. Raises TypeError if not text."""
    capital = {"username": "Username", "password": "Password", "identitytoken": "IdentityToken"}[name]
    value = found.get(name) or found.get(capital) or ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a string")
    return value
