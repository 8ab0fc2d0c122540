"""Store, registry and cluster: do they answer, and do they let this user in."""

from __future__ import annotations

from pathlib import Path

from seatrial.doctor.finding import Finding
from seatrial.errors import SeatrialError
from seatrial.image.registry import RegistryClient
from seatrial.kube.connect import connect
from seatrial.model.artefacts import channel_key
from seatrial.settings import Settings
from seatrial.stores.choose import open_store

ASK_SECONDS = 5


def store(settings: Settings) -> Finding:
    """Read the model's channel from the store."""
    if not settings.store.url:
        return Finding("store", "later", "none is set", "make up starts one, STORE=… names yours")
    channel = channel_key(settings.model.name, settings.model.channel)
    try:
        quick = settings.store.model_copy(update={"timeout_seconds": ASK_SECONDS})
        found = open_store(quick).read(channel)
    except SeatrialError as error:
        return _missing("store", error)
    published = "is published" if found else "is not published yet"
    return Finding("store", "ok", f"{settings.store.url} answers; {settings.model.channel} {published}")


def registry(settings: Settings) -> Finding:
    """Ask the registry whether it takes this user's credentials."""
    asked = settings.registry
    if not asked.address:
        return Finding("registry", "later", "none is set", "make up starts one, REGISTRY=… names yours")
    try:
        # Any answer but a refusal will do: no image needs to be there yet.
        RegistryClient(asked).manifest(asked.repository, "doctor")
    except SeatrialError as error:
        return _missing("registry", error)
    return Finding("registry", "ok", f"{asked.address} lets you in")


def cluster(settings: Settings, environment: str, cache: Path) -> Finding:
    """Ask an environment's cluster whether this user may release there."""
    what = f"cluster, {environment}"
    wanted = settings.environment(environment)
    context = wanted.context or settings.cluster.context
    if not context:
        return Finding(what, "later", "none is set", "make up starts one, KUBECONTEXT=… names yours")
    try:
        found = connect(settings.cluster.kubeconfig, context, cache, patience=0)
        answer = found.create(_may_release(wanted.namespace))
    except SeatrialError as error:
        return _missing(what, error)
    if answer.get("status", {}).get("allowed"):
        return Finding(what, "ok", f"{context} lets you release to {wanted.namespace}")
    detail = f"{context} does not let you release to {wanted.namespace}"
    return Finding(what, "missing", detail, f"its administrator: make bootstrap ENV={environment}")


def _missing(what: str, error: SeatrialError) -> Finding:
    return Finding(what, "missing", error.message, error.hint)


def _may_release(namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "metadata": {},
        "spec": {
            "resourceAttributes": {
                "namespace": namespace,
                "verb": "patch",
                "group": "apps",
                "resource": "deployments",
            }
        },
    }
