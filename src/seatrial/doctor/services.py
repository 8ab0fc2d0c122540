"""Store, registry and cluster: whether they respond and accept this user."""

from __future__ import annotations

from pathlib import Path

from seatrial.doctor.finding import Finding
from seatrial.errors import SeatrialError
from seatrial.image.registry import RegistryClient
from seatrial.kube.connect import connect
from seatrial.model.artefacts import channel_key
from seatrial.settings import Settings
from seatrial.stores.choose import open_store

REQUEST_SECONDS = 5


def check_store(settings: Settings, model: str) -> Finding:
    """Read the channel of a model from the store."""
    if not settings.store.url:
        return Finding(
            "store", "later", "not configured", f"make up starts one; {_own('STORE', 'STORE__URL')}"
        )
    channel = channel_key(model, settings.model.channel)
    try:
        quick = settings.store.model_copy(update={"timeout_seconds": REQUEST_SECONDS})
        found = open_store(quick).read(channel)
    except SeatrialError as error:
        return _missing("store", error)
    published = "is published" if found else "is not published yet"
    what = f"{settings.model.channel} of {model} {published}"
    return Finding("store", "ok", f"{settings.store.url} responds; {what}")


def check_registry(settings: Settings) -> Finding:
    """Send a request to the registry with this user's credentials."""
    registry = settings.registry
    if not registry.address:
        return Finding(
            "registry",
            "later",
            "not configured",
            f"make up starts one; {_own('REGISTRY', 'REGISTRY__ADDRESS')}",
        )
    try:
        # The image need not exist: only a refusal is an error here.
        RegistryClient(registry).manifest(registry.repository, "doctor")
    except SeatrialError as error:
        return _missing("registry", error)
    return Finding("registry", "ok", f"{registry.address} accepts this user")


def check_cluster(settings: Settings, environment: str, cache: Path) -> Finding:
    """Check with a SelfSubjectAccessReview that this user may release to an environment."""
    what = f"cluster, {environment}"
    wanted = settings.environment(environment)
    own = settings.cluster_of(environment)
    if not (context := own.context):
        return Finding(
            what, "later", "not configured", f"make up starts one; {_own('KUBECONTEXT', 'CLUSTER__CONTEXT')}"
        )
    try:
        cluster = connect(own.kubeconfig, context, cache, patience=0)
        review = cluster.create(_access_review(wanted.namespace))
    except SeatrialError as error:
        return _missing(what, error)
    if review.get("status", {}).get("allowed"):
        return Finding(what, "ok", f"{context} allows releases to {wanted.namespace}")
    detail = f"{context} does not allow this user to release to {wanted.namespace}"
    return Finding(what, "missing", detail, f"an administrator runs make bootstrap ENV={environment}")


def _own(make: str, variable: str) -> str:
    return f"SEATRIAL_{variable} ({make}= with make) names yours"


def _missing(what: str, error: SeatrialError) -> Finding:
    return Finding(what, "missing", error.message, error.hint)


def _access_review(namespace: str) -> dict[str, object]:
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
