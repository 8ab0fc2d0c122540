"""Which values of local.toml still apply, when parts are pointed away from the local cloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

# Another value of one of these keys selects another service, so that no value of local.toml about that part
# applies: neither its login nor its address, nor for a cluster the DNS server with the names of its Services.
# Another kubeconfig is another login to the same context, and moves nothing.
ADDRESSES: Final = {
    "store": ("url", "endpoint"),
    "registry": ("address",),
    "cluster": ("context",),
    "dns": ("server",),
}
TABLES: Final = {"cluster": ("cluster", "dns")}


def applicable(local: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of local.toml that apply beside the values given by flags and variables."""
    gone = {
        table
        for section, keys in ADDRESSES.items()
        if any(_differs(local, given, section, key) for key in keys)
        for table in TABLES.get(section, (section,))
    }
    return {name: table for name, table in local.items() if name not in gone}


def without_cluster(local: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of local.toml that apply to an environment with a cluster of its own."""
    return {name: table for name, table in local.items() if name not in TABLES["cluster"]}


def with_local_names(
    local: Mapping[str, Any], committed: Mapping[str, Any], given: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return `local` with a name of its DNS zone for each environment that is on the local cluster.

    seatrial.toml may name the host that the environment has on another cluster, which is not that of a local
    Service. One with a context of its own, in seatrial.toml or `given`, keeps its host; so does one whose
    requests go to something else than the Service.
    """
    zone = _get(local, "dns", "zone")
    if not zone or not _get(local, "cluster", "context"):
        return dict(local)
    hosts = {
        name: {"host": f"{name}.{zone}"}
        for name, table in _table(committed, "environments").items()
        if isinstance(table, Mapping)
        and table.get("address") != "host"
        and not f".{table.get('host')}".endswith(f".{zone}")
        and not any(_has_context(each, name) for each in (committed, *given))
    }
    return {**local, "environments": hosts}


def _has_context(values: Mapping[str, Any], name: str) -> bool:
    return bool(_get(_table(values, "environments"), name, "context"))


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}


def _differs(local: Mapping[str, Any], given: Mapping[str, Any], section: str, key: str) -> bool:
    value = _get(given, section, key)
    return bool(value) and value != _get(local, section, key)


def _get(values: Mapping[str, Any], section: str, key: str) -> Any:
    table = values.get(section)
    return table.get(key) if isinstance(table, Mapping) else None
