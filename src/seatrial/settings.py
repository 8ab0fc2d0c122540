"""All settings, read once: seatrial.toml < local.toml < SEATRIAL_<SECTION>__<KEY> < flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from seatrial.errors import UsageError
from seatrial.sections import (
    App,
    ClusterSettings,
    Dns,
    Environment,
    Golden,
    Image,
    Model,
    Notify,
    Prune,
    Registry,
    Store,
    Validate,
)
from seatrial.toml_text import parse_toml
from seatrial.trial_sections import Pod, Probes
from seatrial.workspace import Workspace

__all__ = [
    "App",
    "ClusterSettings",
    "Dns",
    "Environment",
    "Golden",
    "Image",
    "Model",
    "Notify",
    "Pod",
    "Probes",
    "Prune",
    "Registry",
    "Settings",
    "Store",
    "Validate",
    "load",
]

# An override of the address selects another service, so the rest of local.toml's section does not apply.
ADDRESSES = {"store": "url", "registry": "address", "cluster": "context"}
PATHS = {
    "store": ("key_file",),
    "registry": ("config_dir", "pull_config_dir"),
    "cluster": ("kubeconfig",),
}

# Sections of older versions, with their present names.
RENAMED = {"clean": "prune"}


class Settings(BaseSettings):
    """The settings of one instance, immutable."""

    model_config = SettingsConfigDict(
        env_prefix="SEATRIAL_",
        env_prefix_target="all",
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
    )

    app: App = App()
    model: Model = Model()
    golden: Golden
    store: Store = Store()
    registry: Registry = Registry()
    image: Image
    validation: Validate = Field(default=Validate(), alias="validate")
    probes: Probes = Probes()
    pod: Pod = Pod()
    cluster: ClusterSettings = ClusterSettings()
    dns: Dns = Dns()
    prune: Prune = Prune()
    notify: Notify = Notify()
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
        """Set the precedence: flags, environment, local.toml, seatrial.toml; the files are init values."""
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
            raise UsageError(
                f"unknown environment {name!r}", f"--env (ENV= with make) is one of {known}"
            ) from None

    def registry_of(self, name: str) -> Registry:
        """Return the registry of an environment: its own, or the common one."""
        return self.environment(name).registry or self.registry


def load(workspace: Workspace, flags: Mapping[str, Mapping[str, Any]] | None = None) -> Settings:
    """Read all settings of an instance; `flags` are sections given on the command line.

    Raises UsageError that names the setting when a value is invalid, or the file that is not TOML.
    """
    values = _read(workspace.root / "seatrial.toml")
    _refuse_unknown_sections(values)
    local = _local(workspace)
    for section, key in ADDRESSES.items():
        if os.environ.get(f"SEATRIAL_{section}__{key}".upper()) or (flags or {}).get(section, {}).get(key):
            local.pop(section, None)
    try:
        return Settings(**{**values, "_local": local, "_flags": dict(flags or {})})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        what = "unknown setting" if first["type"] == "extra_forbidden" else _reason(first)
        raise UsageError(f"setting {key}: {what}", "see docs/reference/settings.md") from error
    # A variable of a whole section is JSON.
    except (SettingsError, RecursionError) as error:
        what = " ".join(str(error).split())[:200]
        raise UsageError(f"environment variables: {what}", "see docs/reference/settings.md") from error


def _reason(error: ErrorDetails) -> str:
    """Return why a value is not valid: the text of our own check, or that of pydantic."""
    return str(error.get("ctx", {}).get("error") or error["msg"])


def _refuse_unknown_sections(values: Mapping[str, Any]) -> None:
    # Pydantic ignores unknown sections, so a misspelt one would have no effect.
    known = {field.alias or name for name, field in Settings.model_fields.items()}
    names = [name.removeprefix("SEATRIAL_") for name in os.environ if name.startswith("SEATRIAL_")]
    given = {*values, *(name.partition("__")[0].lower() for name in names if "__" in name)}
    for section in sorted(given - known):
        raise UsageError(f"setting {section}: unknown section", _section_hint(section))


def _section_hint(section: str) -> str:
    if name := RENAMED.get(section):
        return f"the section is called {name} now ([{name}], SEATRIAL_{name.upper()}__<KEY>)"
    return "see docs/reference/settings.md"


def _local(workspace: Workspace) -> dict[str, Any]:
    values = _read(workspace.directory / "local.toml", missing_ok=True)
    values.pop("instance", None)
    for section, keys in PATHS.items():
        table = values.get(section)
        for key in keys:
            # Validation refuses what is not a table or a string.
            if isinstance(table, dict) and table.get(key) and isinstance(table[key], str):
                table[key] = str(workspace.directory / table[key])
    return values


def _read(path: Path, *, missing_ok: bool = False) -> dict[str, Any]:
    if missing_ok and not path.exists():
        return {}
    try:
        return parse_toml(path.read_bytes(), path.name)
    except FileNotFoundError as error:
        raise UsageError(f"{path.name} is missing", "run the command in a checkout of Seatrial") from error
