"""Release although users are on a release that cannot be undone: the stable one cannot be started.

Without this an environment would be locked: every command would first have to undo that release.
"""

from __future__ import annotations

from seatrial import console
from seatrial.analysis.baseline import Baseline
from seatrial.release.record import Record
from seatrial.release.recovery import finish_interrupted, supersede_others
from seatrial.release.target import Target
from seatrial.release.undo import CannotStartError


def finish_or_keep(target: Target) -> Record | None:
    """Finish what was interrupted as `finish_interrupted`, for a release that is to be begun.

    Returns the pending release that keeps its users, because the one to return to cannot be started and has
    no available replica; None if every release is finished. Raises RollbackFailedError otherwise.
    """
    try:
        finish_interrupted(target)
    except CannotStartError as error:
        kept = _kept(target)
        if not kept:
            raise
        console.line(f"  warning: {error.message}")
        console.line(f"  users stay on {kept.release} until a release that works replaces it")
        supersede_others(target)
        return kept
    return None


def inherited_baseline(fallback: Record, *, same_model: bool) -> Baseline | None:
    """Return what the stable release returned before the fallback replaced it, for a release over that.

    The fallback's own responses are no measure, since it may have failed its bake. `same_model` is whether
    the new release has the model of the stable one.
    """
    found = fallback.baseline
    if not found or same_model:
        return found
    return found.model_copy(update={"same_model": False, "probabilities": {}})


def _kept(target: Target) -> Record | None:
    slots, live = target.slots, target.slots.live()
    record = target.records.find(live.release) if live else None
    if not live or not record or (record.state, record.slot) != ("pending", live.slot):
        return None
    base = target.records.base(record)
    # What can serve is not replaced, whatever kept users from returning to it.
    replaceable = base and base.slot != record.slot and not slots.available(base.slot, base.release)
    return record if replaceable else None
