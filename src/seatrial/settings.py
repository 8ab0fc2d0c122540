"""All settings, read once: seatrial.toml < local.toml < SEATRIAL_<SECTION>__<KEY> < flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from seatrial.errors import UsageError
from seatrial.workspace import Workspace

# An override of a part's address makes it somebody else's: nothing local.toml said of it holds then.
ADDRESSES = {"store": "url", "registry": "address", "cluster": "context"}
PATHS = {"store": ("key_file",), "registry": ("config_dir",), "cluster": ("kubeconfig",)}


class Section(BaseModel):
    """A table of seatrial.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class App(Section):
    """The app's name, carried by its Kubernetes objects."""

    name: str = "classifier"


class Model(Section):
    """Which model `update` follows, and through which channel."""

    name: str
    channel: str = "latest"


class Golden(Section):
    """Which golden set judges it."""

    name: str


class Store(Section):
    """Where published models live."""

    url: str = ""
    endpoint: str = ""
    key_file: str = ""
    connections: int = Field(default=8, ge=1, le=64)
    timeout_seconds: float = Field(default=30, gt=0)


class Registry(Section):
    """Where images go."""

    address: str = ""
    insecure: bool = False
    config_dir: str = ""
    repository: str = "classifier"


class Image(Section):
    """What the image is made from, how large it may be (MB unpacked), how soon it must answer (s)."""

    base: str
    budget_mb: int = Field(default=300, gt=0)
    ready_seconds: float = Field(default=30, gt=0)


class Validate(Section):
    """What a model must reach: time per photo (ms), agreement with the live model (share)."""

    max_milliseconds: float = Field(default=250, gt=0)
    min_agreement: float = Field(default=0.5, ge=0, le=1)


class Cluster(Section):
    """Which cluster, for environments that name no context of their own."""

    kubeconfig: str = ""
    context: str = ""


class Dns(Section):
    """Who answers for the environments' host names; empty: this machine's resolver."""

    server: str = ""
    port: int = Field(default=53, ge=1, le=65535)


class Environment(Section):
    """One environment: where it lives, what it asks of a release (seconds, shares, milliseconds)."""

    namespace: str
    overlay: str
    host: str
    context: str = ""
    replicas: int = Field(default=2, ge=1)
    bake_seconds: float = Field(default=10, ge=0)
    rollout_seconds: float = Field(default=120, gt=0)
    address_seconds: float = Field(default=60, gt=0)
    lease_seconds: int = Field(default=60, ge=5)
    load_per_second: float = Field(default=10, gt=0)
    max_error_rate: float = Field(default=0.0, ge=0, le=1)
    max_p95_milliseconds: float = Field(default=1000, gt=0)
    keep_releases: int = Field(default=10, ge=2)


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="SEATRIAL_", env_prefix_target="all", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    app: App = App()
    model: Model
    golden: Golden
    store: Store = Store()
    registry: Registry = Registry()
    image: Image
    validation: Validate = Field(default=Validate(), alias="validate")
    cluster: Cluster = Cluster()
    dns: Dns = Dns()
    environments: dict[str, Environment]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before the files, which arrive as init values."""
        given = init_settings()
        flags = InitSettingsSource(settings_cls, given.pop("_flags", {}))
        local = InitSettingsSource(settings_cls, given.pop("_local", {}))
        return flags, env_settings, local, InitSettingsSource(settings_cls, given)

    def environment(self, name: str) -> Environment:
        """Return an environment by name, or raise UsageError naming those that exist."""
        try:
            return self.environments[name]
        except KeyError:
            known = ", ".join(self.environments)
            raise UsageError(f"there is no environment {name!r}", f"ENV is one of {known}") from None


def load(workspace: Workspace, flags: Mapping[str, Mapping[str, Any]] | None = None) -> Settings:
    """Read all settings for an instance; `flags` are sections given on the command line.

    Raises UsageError that names the key when a value is wrong or a file is not TOML.
    """
    values = _read(workspace.root / "seatrial.toml")
    local = _local(workspace)
    for section, key in ADDRESSES.items():
        if os.environ.get(f"SEATRIAL_{section}__{key}".upper()) or (flags or {}).get(section, {}).get(key):
            local.pop(section, None)
    try:
        return Settings(**{**values, "_local": local, "_flags": dict(flags or {})})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"setting {key}: {first['msg']}", "see the settings table in README.md") from error


def _local(workspace: Workspace) -> dict[str, Any]:
    values = _read(workspace.directory / "local.toml", missing_ok=True)
    values.pop("instance", None)
    for section, keys in PATHS.items():
        for key in keys:
            if values.get(section, {}).get(key):
                values[section][key] = str(workspace.directory / values[section][key])
    return values


def _read(path: Path, *, missing_ok: bool = False) -> dict[str, Any]:
    if missing_ok and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise UsageError(f"{path.name} is missing", "run this inside a checkout of Seatrial") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path.name} is not TOML: {error}", "mend that line") from error
