"""What must hold of the holds that a rollback puts on what it took back."""

from __future__ import annotations

from simulation.environment import SimulatedEnvironment
from simulation.record_reader import RecordView
from simulation.write import Write

# States of a release that a rollback took back.
TAKEN_BACK = ("refused", "switched-back", "rolled-back", "superseded")


def not_held(environment: SimulatedEnvironment, write: Write) -> str:
    """What is on hold is not released again until `resume`: neither its image nor its commit and model.

    Exempt: creating the record of a candidate after the Lease was lost; the candidate gets no users. And the
    late copy of a request, which can only be the creation of an environment's first live Service: its slot
    is emptied by the rollback, and it is removed by `settle` or the next release. And the return to the
    fallback of a release that is undone: users were on it before.
    """
    if write.late or _returns_to_fallback(environment, write):
        return ""
    process, call, live = write.process, write.call, environment.live()
    new = None
    if (call.verb, call.kind) == ("create", "ConfigMap") and environment.holder is process:
        new = next(each for each in environment.records() if f"release-{each.number}" == call.name)
    elif live and live != write.live_before:
        found = environment.record(live[1])
        new = found if found and found.state == "pending" else None
    held = [each.release for each in environment.records() if new and each.held and _same(each, new)]
    return f"{process.name} releases {new.release}, but {held[0]} is on hold" if new and held else ""


def _returns_to_fallback(environment: SimulatedEnvironment, write: Write) -> bool:
    live, left = environment.live(), environment.record(write.live_before[1]) if write.live_before else None
    return bool(live and left and live[1] == left.fallback)


def took_back(environment: SimulatedEnvironment, command: str, code: int, release: str) -> str:
    """After a rollback that ended with 0 its release is on hold; after such a `resume` none is."""
    if code:
        return ""
    record = environment.record(release) if release else None
    if command == "rollback" and record and record.state in TAKEN_BACK and not record.held:
        return f"rollback ends 0, {release} is not on hold"
    held = [each.release for each in environment.records() if each.held]
    return f"resume ends 0, {held[0]} is on hold" if command == "resume" and held else ""


def _same(held: RecordView, new: RecordView) -> bool:
    return held.digest == new.digest or held.source == new.source
