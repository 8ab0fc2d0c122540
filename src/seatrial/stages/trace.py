"""Trace: from a prediction, pod, image, release, model or commit to its provenance."""

from __future__ import annotations

from seatrial.errors import OutsideError, RefusedError, SeatrialError
from seatrial.image.inspection import ImageFacts, inspect
from seatrial.image_reference import ImageReference
from seatrial.model.artefacts import MODEL
from seatrial.provenance.inventory import Inventory, query_environments
from seatrial.provenance.links import PredictionLink, Provenance, Trace
from seatrial.provenance.query import Query, read_query
from seatrial.provenance.resolve import ProvenanceResolver, configured_registries, current_lock
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.settings import Registry, Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def trace(settings: Settings, workspace: Workspace, what: str = "", services: Services = SERVICES) -> Trace:
    """Return every provenance that `what` belongs to; without it, those of all stable releases.

    `what` is a file with a saved response (JSON, or text with headers), or a request id, pod, image,
    release, model version, digest or commit. Raises RefusedError if nothing is found or a saved response
    contradicts the records, OutsideError if nothing is found and an environment could not be read, and
    UsageError if the file is not a response.
    """
    query, inventory = read_query(what), query_environments(settings, workspace, services)
    resolver = ProvenanceResolver(settings, workspace)
    pod, records = _find_records(query, inventory)
    found = tuple(resolver.from_record(record, inventory.pods_of(record)) for record in records)
    if not found and what:
        found = _find_unreleased(settings, workspace, query, resolver)
    if not found:
        raise _not_found(query, inventory)
    return Trace(
        asked=what, prediction=_prediction(query, pod), chains=found, silent=dict(inventory.unreachable)
    )


def _find_records(query: Query, inventory: Inventory) -> tuple[str, list[Record]]:
    """Return the pod that served the request, if it is known, and the matching records."""
    if not query.text:
        return "", inventory.records(lambda record: record.state == "stable")
    pod, release = "", ""
    records = inventory.records(query.matches)
    if query.name and not records:
        release = inventory.release_of_pod(query.name)
        pod = query.name if release else ""
    if not release and (query.response_fields or not records):
        pod, release = inventory.find_request(query.request)
    if query.response_fields and not records:
        _require_consistent(query, inventory)
    return pod, records or inventory.records(lambda record: bool(release) and record.release == release)


def _require_consistent(query: Query, inventory: Inventory) -> None:
    """Raise RefusedError if a response names a release, but not that release's model."""
    named = inventory.records(lambda record: record.release == query.response_fields.get("release"))
    if named:
        record, model = named[0], query.response_fields.get("model", "?")
        raise RefusedError(
            f"the response is from {record.release} with model {model[:19]}…, but its "
            f"record has {record.model.name} {record.model.version}, {record.model.digest[:19]}…",
            "the response was altered, or the environment was deleted and created again",
        )


def _find_unreleased(
    settings: Settings, workspace: Workspace, query: Query, resolver: ProvenanceResolver
) -> tuple[Provenance, ...]:
    """Return the provenance of an image without a release, or of the model in the lock."""
    digest = query.image_digest
    for registry in configured_registries(settings) if digest else ():
        image = _inspect(registry, ImageReference(registry.address, registry.repository, digest))
        if image:
            return (resolver.from_image(image),)
    lock = current_lock(workspace)
    if not lock:
        return ()
    model = lock.model
    names = {model.version, model.digest, f"{model.name} {model.version}", f"{model.name}/{model.version}"}
    wanted = {query.name, query.digest, query.response_fields.get("model", "")} - {""}
    return (Provenance(model=resolver.publication(MODEL, model)),) if wanted & names else ()


def _inspect(registry: Registry, reference: ImageReference) -> ImageFacts | None:
    try:
        return inspect(registry, reference)
    except SeatrialError:
        return None


def _prediction(query: Query, pod: str) -> PredictionLink | None:
    found = query.response_fields
    if not found and not (pod and pod != query.name):
        return None
    request = found.get("request", "" if found else query.name)
    unknown = "" if pod or not request else "no running pod has it in its log"
    label = found.get("label", "")
    return PredictionLink(source=query.text, request=request, label=label, pod=pod, unknown=unknown)


def _not_found(query: Query, inventory: Inventory) -> SeatrialError:
    read = [
        f"{each.target.name} ({len(each.records)} releases, {len(each.pods)} pods)"
        for each in inventory.environments
    ]
    places = [*read, *(["the registry"] if query.image_digest else []), "model.lock"]
    searched = f"searched: {', '.join(places)}"
    what = f"{query.text!r} is unknown" if query.text else "nothing is released"
    if inventory.unreachable:
        reasons = "; ".join(f"{name}: {why}" for name, why in inventory.unreachable.items())
        return OutsideError(
            f"{what}; {searched}; not searched: {reasons}", "make doctor shows what is missing"
        )
    return RefusedError(f"{what}; {searched}", "make history ENV=NAME lists the recorded releases")
