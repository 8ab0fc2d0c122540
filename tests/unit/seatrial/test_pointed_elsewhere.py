"""Parts that are pointed away from the local cloud: nothing of local.toml about such a part remains."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from seatrial.settings import Dns, Settings, load
from seatrial.workspace import Workspace
from unit.seatrial.settings_texts import STAGING, checkout_with_local_cloud

# The keys that select a service, and the tables of local.toml about that service.
PARTS = {
    ("store", "url"): {"store"},
    ("store", "endpoint"): {"store"},
    ("registry", "address"): {"registry"},
    ("cluster", "context"): {"cluster", "dns"},
    ("dns", "server"): {"dns"},
}
TABLES = {"store", "registry", "cluster", "dns"}
Point = Callable[[pytest.MonkeyPatch, str, str], Mapping[str, Any]]


def _variable(patch: pytest.MonkeyPatch, section: str, key: str) -> Mapping[str, Any]:
    patch.setenv(f"SEATRIAL_{section}__{key}".upper(), "else.where")
    return {}


def _lower_case(patch: pytest.MonkeyPatch, section: str, key: str) -> Mapping[str, Any]:
    patch.setenv(f"seatrial_{section}__{key}", "else.where")
    return {}


def _section(patch: pytest.MonkeyPatch, section: str, key: str) -> Mapping[str, Any]:
    patch.setenv(f"SEATRIAL_{section}".upper(), json.dumps({key: "else.where"}))
    return {}


def _flag(_patch: pytest.MonkeyPatch, section: str, key: str) -> Mapping[str, Any]:
    return {section: {key: "else.where"}}


WAYS: list[Point] = [_variable, _lower_case, _section, _flag]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with a local cloud."""
    return checkout_with_local_cloud(tmp_path)


def _remaining(settings: Settings, untouched: Settings) -> set[str]:
    """Return the tables of which a value of local.toml is left."""
    found = set()
    for name in TABLES:
        now, local = getattr(settings, name), getattr(untouched, name)
        empty = type(local)()
        if any(getattr(now, key) == value != getattr(empty, key) for key, value in local):
            found.add(name)
    return found


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("count", range(len(PARTS) + 1))
def test_nothing_local_is_left_of_a_part_that_is_elsewhere(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, way: Point, count: int
) -> None:
    """Any set of parts, each in every way: keys, logins, kubeconfig and DNS go; other parts keep theirs."""
    untouched = load(workspace)
    for chosen in combinations(PARTS, count):
        with monkeypatch.context() as patch:
            flags: dict[str, dict[str, Any]] = {}
            sections = [section for section, _ in chosen]
            if way is _section and len(set(sections)) < len(sections):
                continue
            for section, key in chosen:
                for name, keys in way(patch, section, key).items():
                    flags.setdefault(name, {}).update(keys)
            gone = set().union(*(PARTS[each] for each in chosen)) if chosen else set()
            assert _remaining(load(workspace, flags), untouched) == TABLES - gone, chosen


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE__URL", "az://seatrial/models"),
        ("REGISTRY__ADDRESS", "127.64.0.250:5000"),
        ("CLUSTER__CONTEXT", "kind-dev"),
    ],
)
def test_a_variable_with_the_local_value_points_nowhere_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The name of the local part itself keeps its login and its DNS."""
    untouched = load(workspace)
    monkeypatch.setenv(f"SEATRIAL_{name}", value)
    assert load(workspace) == untouched


def test_another_kubeconfig_of_the_same_context_keeps_the_context(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another login to the same cluster does not move the cluster."""
    monkeypatch.setenv("SEATRIAL_CLUSTER__KUBECONFIG", "/elsewhere")
    settings = load(workspace)
    assert (settings.cluster.context, settings.dns.server) == ("kind-dev", "127.64.0.253")


@pytest.mark.parametrize("written", ["file", "variable"])
def test_an_environment_with_a_cluster_of_its_own_uses_nothing_of_the_local_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """Its context is not looked up in the local kubeconfig, nor its host at the local DNS server."""
    if written == "file":
        (workspace.root / "seatrial.toml").write_text(STAGING + 'context = "aks"\n')
    else:
        monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__CONTEXT", "aks")
    settings = load(workspace)
    cluster = settings.cluster_of("staging")
    assert (cluster.context, cluster.kubeconfig) == ("aks", "")
    assert settings.dns_of("staging") == Dns()
    assert settings.cluster.context == "kind-dev"


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("trial.seatrial.test", "127.64.0.253"),
        ("staging.example.com", ""),
        ("https://staging.example.com:8443", ""),
        ("notseatrial.test", ""),
        ("127.0.0.9", ""),
    ],
)
def test_a_host_outside_the_local_zone_is_not_looked_up_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, host: str, server: str
) -> None:
    """The local DNS server has the names of its zone; any other host is for this machine's resolver."""
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__HOST", host)
    assert load(workspace).dns_of("staging").server == server


def test_a_dns_server_of_ones_own_is_asked_for_every_host(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `dns.zone` the server serves all names."""
    monkeypatch.setenv("SEATRIAL_DNS__SERVER", "192.0.2.53")
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__HOST", "staging.example.com")
    dns = load(workspace).dns_of("staging")
    assert (dns.server, dns.port) == ("192.0.2.53", 53)
