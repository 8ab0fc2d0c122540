"""The facts about a release, and the commands that show more of it."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.analysis.timeline import Sample
from seatrial.make_commands import with_instance
from seatrial.release.record import Record
from seatrial.report.schema import Fact
from seatrial.workspace import DIRTY


def release_facts(record: Record) -> tuple[Fact, ...]:
    """Return release, image, model, commit, suite, golden set, and who released and approved it."""
    began, image, model = record.history[0], record.reference, record.model
    rows = [
        Fact(name="Release", text=record.release, note=f"slot {record.slot} of {record.environment}"),
        Fact(name="Image", text=image.digest, note=image.name),
        Fact(name="Model", text=f"{model.name} {model.version}", note=model.digest),
        Fact(name="Commit", text=record.revision),
        Fact(name="Released by", text=began.by, note=f"{began.at:%Y-%m-%d %H:%M:%S} UTC"),
        Fact(name="Acceptance suite", text=record.suite),
        Fact(name="Golden set", text=record.golden_digest),
        Fact(name="Previous release", text=record.previous or "none", note="stable when this one began"),
    ]
    note = "it kept its users when this one began, as the previous release could not be started"
    rows += [Fact(name="Released over", text=record.fallback, note=note)] if record.fallback else []
    note = "released without the statement that its image passed check"
    rows += [Fact(name="Not checked", text=record.unchecked, note=note)] if record.unchecked else []
    rows += [Fact(name="Approved by", text=record.approved_by)] if record.approved_by else []
    rows += [Fact(name="Promoted from", text=record.promoted_from)] if record.promoted_from else []
    return tuple(rows)


def live_probe_facts(samples: Sequence[Sample]) -> tuple[Fact, ...]:
    """Return the counts of the live probe's requests; empty without samples."""
    if not samples:
        return ()
    failed = sum(not 200 <= sample.status < 300 for sample in samples)
    wrong = sum(not sample.ok for sample in samples) - failed
    text = f"{len(samples)} requests, {failed} failed, {wrong} wrong"
    return (Fact(name="Live probe", text=text, note="requests to the live address until the switch"),)


def next_commands(record: Record, namespace: str, kubectl: str) -> tuple[Fact, ...]:
    """Return commands that show more of a release, each with what it shows; `kubectl` is the start of one."""
    env, commit = record.environment, record.revision.removesuffix(DIRTY)
    object_name = f"release-{record.number}"
    rows = (
        (f"make history ENV={env}", "every release of this environment, and how it ended"),
        (f"make trace WHAT={record.release}", "release, image, model and commit as a tree"),
        (f"make trace WHAT={record.reference.digest}", "every release of this image"),
        (f"git show --stat {commit}", "the commit that was built"),
        (f"make test-e2e ENV={env}", "run the acceptance suite again, against the live address"),
        (f"{kubectl} -n {namespace} get configmap {object_name} -o yaml", "the record in the cluster"),
    )
    return tuple(Fact(name=with_instance(command), text=shows) for command, shows in rows)
