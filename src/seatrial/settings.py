"""All settings, read once: seatrial.toml < local.toml < SEATRIAL_<SECTION>__<KEY> < flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import Field, PrivateAttr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from seatrial.elsewhere import applicable, with_local_names, without_cluster
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
from seatrial.settings_files import read_committed, read_local
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
    # Cluster and DNS as they are without the local cloud.
    _other_cluster: tuple[ClusterSettings, Dns] | None = PrivateAttr(default=None)

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

    def cluster_of(self, name: str) -> ClusterSettings:
        """Return the cluster of an environment: that of its own context, or the common one."""
        context = self.environment(name).context or self.cluster.context
        return self._cluster_and_dns(name)[0].model_copy(update={"context": context})

    def dns_of(self, name: str) -> Dns:
        """Return the DNS server to ask for an environment's host; empty: this machine's resolver."""
        dns = self._cluster_and_dns(name)[1]
        return dns if dns.serves(self.environment(name).host) else Dns()

    def _cluster_and_dns(self, name: str) -> tuple[ClusterSettings, Dns]:
        elsewhere = self.environment(name).context not in ("", self.cluster.context)
        return (self._other_cluster if elsewhere else None) or (self.cluster, self.dns)


def load(workspace: Workspace, flags: Mapping[str, Mapping[str, Any]] | None = None) -> Settings:
    """Read all settings of an instance; `flags` are sections given on the command line.

    Raises UsageError that names the setting when a value is invalid, or the file that is not TOML.
    """
    values = read_committed(workspace)
    _refuse_unknown_sections(values)
    local = read_local(workspace)
    try:
        return _settings(values, local, dict(flags or {}))
    except ValidationError as error:
        raise _usage_error(error, values) from error
    # A variable of a whole section is JSON.
    except (SettingsError, RecursionError) as error:
        what = " ".join(str(error).split())[:200]
        raise UsageError(f"environment variables: {what}", "see docs/reference/settings.md") from error


def _settings(values: Mapping[str, Any], local: Mapping[str, Any], flags: Mapping[str, Any]) -> Settings:
    others = (EnvSettingsSource(Settings)(), flags)
    for given in others:
        local = applicable(local, given)
    local = with_local_names(local, values, others)
    found = Settings(**{**values, "_local": local, "_flags": flags})
    if any(environment.context for environment in found.environments.values()):
        other = Settings(**{**values, "_local": without_cluster(local), "_flags": flags})
        found._other_cluster = (other.cluster, other.dns)
    return found


def _usage_error(error: ValidationError, values: Mapping[str, Any]) -> UsageError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    what = "unknown setting" if first["type"] == "extra_forbidden" else _reason(first)
    match first["loc"]:
        case ("environments", name, *_) if first["type"] == "missing" and name not in _environments(values):
            what += f"; there is no environment {name} in seatrial.toml"
    return UsageError(f"setting {key}: {what}", "see docs/reference/settings.md")


def _environments(values: Mapping[str, Any]) -> list[str]:
    found = values.get("environments")
    return list(found) if isinstance(found, Mapping) else []


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
