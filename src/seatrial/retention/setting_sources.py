"""The sources of registry and cluster settings, and whether the two belong together.

A registry may be pruned only if the releases that use it are known. They are recorded in the clusters of
the environments that use the registry. If a registry is overridden apart from a cluster, for example by
SEATRIAL_REGISTRY__ADDRESS alone, the records of that cluster are about another registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seatrial.settings import Registry, Settings
from seatrial.toml_text import parse_toml
from seatrial.workspace import Workspace

Key = tuple[str, ...]
# In ascending order of precedence, as in seatrial.settings.
FILE, LOCAL, VARIABLES = "seatrial.toml", "local.toml", "environment variables"
PRECEDENCE = (FILE, LOCAL, VARIABLES)
UNKNOWN = ", so its releases are unknown"


class SettingSources:
    """The files and environment variables that the settings were read from."""

    def __init__(self, workspace: Workspace, environ: Mapping[str, str]) -> None:
        self._local = _read(workspace.directory / "local.toml")
        self.kubeconfig_variable = bool(environ.get("KUBECONFIG"))
        self._variables = [
            tuple(name.lower().removeprefix("seatrial_").split("__"))
            for name, value in environ.items()
            if name.lower().startswith("seatrial_") and value
        ]

    def of(self, key: Key) -> str:
        """Return the source of highest precedence that sets a key to a value."""
        # A variable of a section, with JSON as its value, sets every key in it.
        if any(tuple(part.lower() for part in key[: len(name)]) == name for name in self._variables):
            return VARIABLES
        return LOCAL if _get(self._local, key) else FILE


def prune_objection(settings: Settings, registry: Registry, sources: SettingSources) -> str:
    """Return why a registry must not be pruned, or an empty string.

    It may be pruned if at least one environment uses it, and if for each of them the registry's address
    and the cluster's context have the same source, and repository, kubeconfig and namespace have none of
    higher precedence. An empty `cluster.kubeconfig` has the source of the variable KUBECONFIG.
    """
    users = [name for name in settings.environments if _uses(settings.registry_of(name), registry)]
    if not users:
        return f"no configured environment uses it{UNKNOWN}"
    return next((reason for name in users if (reason := _mismatch(settings, name, sources))), "")


def may_be_elsewhere(settings: Settings, name: str, sources: SettingSources) -> bool:
    """Return whether an environment without a namespace in its cluster may have releases in another one.

    It has none if its own context is set, which KUBECONTEXT= does not override. It also has none in a
    registry of the local cloud, which no other cluster uses: local.toml sets both registry and cluster.
    """
    environment = settings.environment(name)
    if environment.context:
        return False
    local = (("registry", "address"), ("cluster", "context"), ("cluster", "kubeconfig"))
    return bool(environment.registry) or any(sources.of(key) != LOCAL for key in local)


def _mismatch(settings: Settings, name: str, sources: SettingSources) -> str:
    environment, cluster = settings.environment(name), ("cluster",)
    path: Key = ("environments", name)
    registry: Key = (*path, "registry") if environment.registry else ("registry",)
    address = sources.of((*registry, "address"))
    context = sources.of((*(path if environment.context else cluster), "context"))
    if address != context:
        return f"its address is from {address}, but the cluster of {name} from {context}{UNKNOWN}"
    for key in ((*registry, "repository"), (*cluster, "kubeconfig"), (*path, "namespace")):
        source = sources.of(key)
        if PRECEDENCE.index(source) > PRECEDENCE.index(address):
            return f"its address is from {address}, but {'.'.join(key)} from {source}{UNKNOWN}"
    if sources.kubeconfig_variable and not settings.cluster_of(name).kubeconfig and address != VARIABLES:
        return f"its address is from {address}, but the kubeconfig from {VARIABLES} (KUBECONFIG){UNKNOWN}"
    return ""


def _uses(used: Registry, registry: Registry) -> bool:
    return (used.address, used.repository) == (registry.address, registry.repository)


def _read(path: Path) -> dict[str, Any]:
    return parse_toml(path.read_bytes(), path.name) if path.exists() else {}


def _get(values: Mapping[str, Any], key: Key) -> Any:
    found: Any = values
    for part in key:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
