"""Who we are to a registry: from a docker config.json, never from arguments."""

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
    """A user and password, or an identity token; all empty for an anonymous caller. Never printed."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def auth_config(self) -> dict[str, str]:
        """The same as the engine wants it."""
        if self.token:
            return {"identitytoken": self.token}
        return {"username": self.user, "password": self.password}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen."""
        return tuple(value for value in (self.password, self.token) if value)


def find_credentials(registry: Registry) -> Credentials:
    """Return the credentials for `registry`: from its own config.json where one is set, else the user's.

    Credential helpers are asked as docker itself asks them. Raises UsageError when the file is broken.
    """
    path = str(Path(registry.config_dir) / "config.json") if registry.config_dir else None
    try:
        found: dict[str, Any] = auth.resolve_authconfig(auth.load_config(path), registry.address) or {}
    except (DockerException, OSError, ValueError) as error:
        raise UsageError(
            f"the credentials for {registry.address} cannot be read: {type(error).__name__}",
            f"docker login {registry.address}, or mend registry.config_dir",
        ) from error
    return Credentials(
        found.get("username") or found.get("Username") or "",
        found.get("password") or found.get("Password") or "",
        found.get("identitytoken") or found.get("IdentityToken") or "",
    )
