"""use: publish a model with its golden set, and write model.lock to ship them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from seatrial.errors import UsageError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL, ArtefactKind, verified
from seatrial.model.locks.lock import Lock, read_lock, write_lock
from seatrial.model.published.cache import ArtefactCache
from seatrial.model.validation.label_checks import require_reason
from seatrial.model.validation.locked_model import with_accepted_labels
from seatrial.model.validation.set_labels import require_labels_of_model
from seatrial.release.live_model import live_models
from seatrial.release.services import Services
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.publish import publish
from seatrial.system import SERVICES
from seatrial.use_result import UseResult
from seatrial.workspace import Workspace

TABLES: Final = {MODEL: "model", GOLDEN_SET: "golden", EVALUATION_SET: "evaluation"}
"""The table of each kind of artefact in model.lock."""
HINT: Final = "make use MODEL=dir GOLDEN=dir"


def use(
    settings: Settings,
    workspace: Workspace,
    services: Services = SERVICES,
    *,
    model: Path | None = None,
    golden: Path | None = None,
    evaluation: Path | None = None,
    accept_labels: str = "",
) -> UseResult:
    """Publish a model, its golden set and its evaluation set, and write `model.lock` to name them.

    What is not given stays as it is locked, if that is of a model of the same name. A version that is
    published with the same digest is used as it is. With a reason in `accept_labels` the lock gets the
    acceptance of a change of labels. Raises UsageError if a directory does not exist, the golden set of a
    model of another name is not given or the reason is not a line; RefusedError if a photo has no label of
    this model, before anything is published; else as `publish`. The lock is then unchanged.
    """
    stage_run = StageRun(services.runtime)
    if accept_labels:
        require_reason(accept_labels)
    given = _given({MODEL: model, GOLDEN_SET: golden, EVALUATION_SET: evaluation})
    before = read_lock(workspace.lock) if workspace.lock.exists() else None
    kept = before if before and _is_of(before, given.get(MODEL)) else None
    folders = {**_locked(settings, workspace, kept, given), **given}
    require_labels_of_model(folders[MODEL], folders[GOLDEN_SET], folders.get(EVALUATION_SET))
    published = publish(
        settings, workspace, model=model, golden=golden, evaluation=evaluation, if_absent=True
    )
    new = {name: found for name in TABLES.values() if (found := getattr(published, name))}
    lock = Lock.model_validate({**(dict(kept) if kept else {}), **new})
    if accept_labels:
        live = live_models(settings, workspace, services)
        lock = with_accepted_labels(settings, workspace, lock, folders[MODEL], live, accept_labels)
    if lock != before:
        write_lock(workspace.lock, lock)
    # A copy of the workspace, because this one may have cached the digest of the previous lock.
    now = replace(workspace)
    return UseResult(
        **stage_run.fields(now),
        model=lock.model,
        golden=lock.golden,
        evaluation=lock.evaluation,
        before=before.model if before else None,
        changed=lock != before,
        created=published.created,
        commit=_commit_command(now, lock),
    )


def _given(folders: Mapping[ArtefactKind, Path | None]) -> dict[ArtefactKind, Path]:
    given = {kind: folder for kind, folder in folders.items() if folder}
    if not given:
        raise UsageError("there is nothing to use", HINT)
    for kind, folder in given.items():
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a directory", f"give that of the {kind.title}: {HINT}")
    return given


def _is_of(lock: Lock, model: Path | None) -> bool:
    return model is None or verified(MODEL, model).artefact.name == lock.model.name


def _locked(
    settings: Settings, workspace: Workspace, kept: Lock | None, given: Mapping[ArtefactKind, Path]
) -> dict[ArtefactKind, Path]:
    """Return the directories of what is locked and not given."""
    artefacts = kept.artefacts if kept else {}
    missing = [kind for kind in (MODEL, GOLDEN_SET) if kind not in given and TABLES[kind] not in artefacts]
    if missing:
        raise UsageError(f"model.lock has no {missing[0].title} of this model", HINT)
    cache = ArtefactCache(settings.store, workspace.cache)
    return {
        kind: cache.obtain(kind, artefacts[name])
        for kind, name in TABLES.items()
        if kind not in given and name in artefacts
    }


def _commit_command(workspace: Workspace, lock: Lock) -> str:
    """Return the command for the directory in which the user types; empty if git has the lock already."""
    state = workspace.git("status", "--porcelain", "--ignored", "--", workspace.lock.name)[:2]
    if not state:
        return ""
    name = shlex.quote(os.path.relpath(workspace.lock))
    subject = shlex.quote(f"Ship {lock.model.name} {lock.model.version}")
    add = {"??": f"git add {name} && ", "!!": f"git add --force {name} && "}.get(state, "")
    return f"{add}git commit -m {subject} {name}"
