"""From a prediction, pod, image, release, model version or commit to the whole chain behind it."""

from __future__ import annotations

from seatrial.errors import OutsideError, RefusedError, SeatrialError
from seatrial.image.inspection import ImageFacts, inspect
from seatrial.image_reference import ImageReference
from seatrial.model.artefacts import MODEL
from seatrial.provenance.inventory import Inventory, query_environments
from seatrial.provenance.links import Prediction, Provenance, Trace
from seatrial.provenance.query import Query, read_query
from seatrial.provenance.resolve import ProvenanceResolver, current_lock, registries
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.settings import Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def trace(settings: Settings, workspace: Workspace, what: str = "", services: Services = SERVICES) -> Trace:
    """Return every chain that `what` belongs to; without it, those of what serves now.

    `what`: a file with a saved answer (JSON, or text with its headers), or the name of a request, pod,
    image, release, model version, digest or commit. An environment that does not answer is named in the
    result. Raises RefusedError, with what was searched, when nothing is found, or an answer's own words
    contradict the records; UsageError for a file that is no answer, OutsideError where nothing is found
    and some environment did not answer.
    """
    question, known = read_query(what), query_environments(settings, workspace, services)
    follower = ProvenanceResolver(settings, workspace)
    pod, records = _find(question, known)
    chains = tuple(follower.from_record(record, known.pods(record)) for record in records)
    if not chains and what:
        chains = _unreleased(settings, workspace, question, follower)
    if not chains:
        raise _nothing(question, known)
    return Trace(asked=what, prediction=_prediction(question, pod), chains=chains, silent=dict(known.silent))


def _find(question: Query, known: Inventory) -> tuple[str, list[Record]]:
    """Return the pod that answered, where one tells of it, and the records that are meant."""
    if not question.asked:
        return "", known.records(lambda record: record.state == "stable")
    pod, release = "", ""
    records = known.records(question.names)
    if question.word and not records:
        release = known.release_of_pod(question.word)
        pod = question.word if release else ""
    if not release and (question.clues or not records):
        pod, release = known.answered(question)
    if question.clues and not records:
        _refuse_a_lie(question, known)
    return pod, records or known.records(lambda record: bool(release) and record.release == release)


def _refuse_a_lie(question: Query, known: Inventory) -> None:
    named = known.records(lambda record: record.release == question.clues.get("release"))
    if named:
        record, clues = named[0], question.clues
        raise RefusedError(
            f"the answer says {clues['release']} with model {clues.get('model', '?')[:19]}…, but that is "
            f"{record.model.name} {record.model.version}, {record.model.digest[:19]}…",
            "it was altered, or the environment was made anew since",
        )


def _unreleased(
    settings: Settings, workspace: Workspace, question: Query, follower: ProvenanceResolver
) -> tuple[Provenance, ...]:
    """Return the chain of an image that no record names, or of the model that the lock names."""
    digest = question.digest or question.clues.get("image", "")
    for registry in registries(settings) if digest else ():
        found = _image(settings, ImageReference(registry.address, registry.repository, digest))
        if found:
            return (follower.from_image(found),)
    lock = current_lock(workspace)
    if not lock:
        return ()
    model = lock.model
    named = {model.version, model.digest, f"{model.name} {model.version}", f"{model.name}/{model.version}"}
    asked = {question.word, question.digest, question.clues.get("model", "")} - {""}
    return (Provenance(model=follower.published(MODEL, model)),) if asked & named else ()


def _image(settings: Settings, reference: ImageReference) -> ImageFacts | None:
    try:
        return inspect(next(r for r in registries(settings) if r.address == reference.registry), reference)
    except SeatrialError:
        return None


def _prediction(question: Query, pod: str) -> Prediction | None:
    clues = question.clues
    if not clues and not (pod and pod != question.word):
        return None
    request = clues.get("request", "" if clues else question.word)
    unknown = "" if pod or not request else "no pod that still runs tells of it"
    return Prediction(
        source=question.asked, request=request, label=clues.get("label", ""), pod=pod, unknown=unknown
    )


def _nothing(question: Query, known: Inventory) -> SeatrialError:
    places = [f"{p.target.name} ({len(p.records)} releases, {len(p.pods)} pods)" for p in known.places]
    searched = f"searched: {', '.join(places) or 'no environment'}, the registry, model.lock"
    what = f"{question.asked!r} is unknown" if question.asked else "nothing is released"
    if known.silent:
        silent = "; ".join(f"{name}: {why}" for name, why in known.silent.items())
        return OutsideError(f"{what}; {searched}; not asked: {silent}", "make status; then ask again")
    return RefusedError(f"{what}; {searched}", "make history ENV=… names the releases that are remembered")
