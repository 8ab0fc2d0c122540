"""The live objects of a namespace compared with the manifests of its stable release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from e2e.release.conftest import ReleaseEnvironment
from seatrial.kube.labels import MANAGED_SELECTOR
from seatrial.kube.protocol import Manifest

KINDS = ("Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget")


def differences(environment: ReleaseEnvironment) -> list[str]:
    """Return each difference between live objects and recorded manifests, one line each."""
    target = environment.target
    manifests = target.records.manifests(environment.stable())
    recorded = {(each["kind"], each["metadata"]["name"]): each for each in manifests.slot + manifests.shared}
    live: dict[tuple[str, str], Manifest] = {
        (kind, each["metadata"]["name"]): each
        for kind in KINDS
        for each in target.cluster.list(kind, target.environment.namespace, MANAGED_SELECTOR)
    }
    found = [f"{kind} {name} is not recorded" for kind, name in live.keys() - recorded.keys()]
    found += [f"{kind} {name} is missing" for kind, name in recorded.keys() - live.keys() if kind in KINDS]
    for key in recorded.keys() & live.keys():
        found += [f"{' '.join(key)}: {row}" for row in _object_differences(recorded[key], live[key])]
    return found


def _object_differences(recorded: Manifest, live: Manifest) -> Iterator[str]:
    for part in ("spec", "metadata"):
        yield from _value_differences(part, recorded[part], live[part])
    if live["spec"].get("paused"):
        yield "spec.paused"
    if recorded["kind"] == "Service" and live["spec"]["selector"] != recorded["spec"]["selector"]:
        yield f"spec.selector is {live['spec']['selector']}"


def _value_differences(path: str, recorded: Any, live: Any) -> Iterator[str]:
    """Yield the recorded values that differ; fields that the API server adds are not compared."""
    if isinstance(recorded, dict) and isinstance(live, dict):
        for key, value in recorded.items():
            yield from _value_differences(f"{path}.{key}", value, live.get(key))
    elif isinstance(recorded, list) and isinstance(live, list) and len(recorded) == len(live):
        for number, (one, other) in enumerate(zip(recorded, live, strict=True)):
            yield from _value_differences(f"{path}[{number}]", one, other)
    elif recorded != live and recorded not in ({}, [], None):
        yield f"{path} is {live!r}, not {recorded!r}"
