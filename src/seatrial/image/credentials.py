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
    except (DockerException, OSError, ValueError) as error:
        raise UsageError(
            f"the credentials for {registry.address} cannot be read: {type(error).__name__}",
            f"docker login {registry.address}, or fix registry.config_dir",
        ) from error
    return Credentials(
        found.get("username") or found.get("Username") or "",
        found.get("password") or found.get("Password") or "",
        found.get("identitytoken") or found.get("IdentityToken") or "",
    )
