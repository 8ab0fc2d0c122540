"""What was released, and how to follow it further."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.analysis.timeline import Sample
from seatrial.release.record import Record
from seatrial.report.schema import Fact


def facts(record: Record) -> tuple[Fact, ...]:
    """Return what is known of a release: itself, its image, model, commit, suite, and who wanted it."""
    began, image, model = record.history[0], record.reference, record.model
    rows = [
        Fact(name="Release", text=record.release, note=f"slot {record.slot} of {record.environment}"),
        Fact(name="Image", text=image.digest, note=image.name),
        Fact(name="Model", text=f"{model.name} {model.version}", note=model.digest),
        Fact(name="Commit", text=record.revision),
        Fact(name="By", text=began.by, note=f"{began.at:%Y-%m-%d %H:%M:%S} UTC"),
        Fact(name="Acceptance suite", text=record.suite),
        Fact(name="Golden set", text=record.golden_digest),
        Fact(name="Before it", text=record.previous or "nothing", note="the stable release when it began"),
    ]
    rows += [Fact(name="Approved by", text=record.approved_by)] if record.approved_by else []
    rows += [Fact(name="Promoted from", text=record.promoted_from)] if record.promoted_from else []
    return tuple(rows)


def users(meanwhile: Sequence[Sample]) -> tuple[Fact, ...]:
    """Return what came of the requests to the live address while the candidate was tried, if any."""
    if not meanwhile:
        return ()
    failed = sum(not 200 <= answer.status < 300 for answer in meanwhile)
    wrong = sum(not answer.ok for answer in meanwhile) - failed
    text = f"{len(meanwhile)} requests, {failed} failed, {wrong} wrong"
    return (Fact(name="Users meanwhile", text=text, note="live address, until the switch was over"),)


def commands(record: Record, namespace: str) -> tuple[Fact, ...]:
    """Return what to type to see more, each with what it shows."""
    env, commit = record.environment, record.revision.removesuffix("-dirty")
    object_name = f"release-{record.number}"
    rows = (
        (f"make history ENV={env}", "every release of this environment, and how it ended"),
        (f"make trace WHAT={record.release}", "release, image, model and commit as one tree"),
        (f"make trace WHAT={record.reference.digest}", "the same from the image"),
        (f"git show --stat {commit}", "the commit that was built"),
        (f"make test-e2e ENV={env}", "the acceptance suite once more, against the live address"),
        (f"kubectl -n {namespace} get configmap {object_name} -o yaml", "the record as the cluster keeps it"),
    )
    return tuple(Fact(name=text, text=what) for text, what in rows)
