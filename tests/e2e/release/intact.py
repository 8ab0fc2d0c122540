"""Whether a namespace holds what its stable release recorded, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from e2e.release.conftest import Trial
from seatrial.kube.labels import MANAGED_SELECTOR
from seatrial.kube.protocol import Manifest

KINDS = ("Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget")


def differences(trial: Trial) -> list[str]:
    """Return each place where the live objects are not those of the stable release, one line each."""
    manifests = trial.target.records.manifests(trial.stable())
    wanted = {(each["kind"], each["metadata"]["name"]): each for each in manifests.slot + manifests.shared}
    namespace = trial.target.environment.namespace
    live: dict[tuple[str, str], Manifest] = {
        (kind, each["metadata"]["name"]): each
        for kind in KINDS
        for each in trial.target.cluster.list(kind, namespace, MANAGED_SELECTOR)
    }
    found = [f"{kind} {name} is there" for kind, name in live.keys() - wanted.keys()]
    found += [f"{kind} {name} is missing" for kind, name in wanted.keys() - live.keys() if kind in KINDS]
    for key in wanted.keys() & live.keys():
        found += [f"{' '.join(key)}: {row}" for row in _lines(wanted[key], live[key])]
    return found


def _lines(wanted: Manifest, live: Manifest) -> Iterator[str]:
    for part in ("spec", "metadata"):
        yield from _below(part, wanted[part], live[part])
    if live["spec"].get("paused"):
        yield "spec.paused"
    if wanted["kind"] == "Service" and live["spec"]["selector"] != wanted["spec"]["selector"]:
        yield f"spec.selector is {live['spec']['selector']}"


def _below(path: str, wanted: Any, live: Any) -> Iterator[str]:
    """Compare what was recorded with what is there; what an API server adds to an object is its own."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        for key, value in wanted.items():
            yield from _below(f"{path}.{key}", value, live.get(key))
    elif isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        for number, (one, other) in enumerate(zip(wanted, live, strict=True)):
            yield from _below(f"{path}[{number}]", one, other)
    elif wanted != live and wanted not in ({}, [], None):
        yield f"{path} is {live!r}, not {wanted!r}"
