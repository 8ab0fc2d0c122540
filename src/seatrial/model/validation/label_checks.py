"""Compares the labels of a model with those of models before it, and records what a person accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.card import LABELS, load_card
from imagemodel.evaluation import EvaluationPhoto
from imagemodel.golden import Photo
from seatrial.check_result import Check, not_judged
from seatrial.errors import UsageError
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.locks.lock import LabelAcceptance, Lock
from seatrial.model.validation.label_changes import label_changes, summary
from seatrial.model.validation.live import LiveDirectories, NoLiveModel
from seatrial.workspace import Workspace, login_name

PREFIX: Final = "labels: "
HINT: Final = (
    "restore the order of the labels, or, if the change is intended, repeat it with "
    "--accept-labels REASON (ACCEPT_LABELS= with make) and commit model.lock"
)


@dataclass(frozen=True)
class LabelFile:
    """The labels of a model in order, and the digest (`sha256:…`) of their file."""

    digest: str
    labels: tuple[str, ...]


def read_labels(model: Path) -> LabelFile:
    """Return the labels in a verified model directory. Raises RefusedError if its card is not valid."""
    with refusing_invalid():
        card = load_card(model)
    # A file that is not UTF-8 fails another check, with the reason.
    text = (model / LABELS).read_text(encoding="utf-8", errors="replace")
    return LabelFile(f"sha256:{card.files[LABELS].sha256}", tuple(text.splitlines()))


def check_labels(
    model: Path, previous: LiveDirectories, accepted: LabelAcceptance | None, *, demanded: bool
) -> Iterator[Check]:
    """Yield one check for each previous model: the labels are the same, or some were added at the end.

    Any other change passes only if `accepted` is for these two label files. A comparison that could not be
    made fails if it is `demanded` and expected.
    """
    new = read_labels(model)
    for title, directory in previous.items():
        name = f"{PREFIX}as in {title}"
        if isinstance(directory, NoLiveModel):
            yield _not_compared(name, directory, demanded)
        else:
            yield _compare(name, read_labels(directory), new, accepted)


def _not_compared(name: str, missing: NoLiveModel, demanded: bool) -> Check:
    return not_judged(name, missing.why, demanded=demanded and missing.expected)


def _compare(name: str, old: LabelFile, new: LabelFile, accepted: LabelAcceptance | None) -> Check:
    found = summary(label_changes(old.labels, new.labels))
    if _only_extended(old, new):
        return Check(name=name, passed=True, detail=found or f"the same {len(new.labels)} labels")
    if accepted and accepted.new == new.digest and old.digest in accepted.old:
        found = f"accepted by {accepted.by}: {accepted.reason}; {found}"
        return Check(name=name, passed=True, detail=found)
    return Check(name=name, passed=False, detail=found)


def _only_extended(old: LabelFile, new: LabelFile) -> bool:
    return new.labels[: len(old.labels)] == old.labels


def missing_labels(model: Path, live: Path) -> str:
    """Return which labels of the live model the model lacks, or an empty string.

    It can never predict these, so that its predictions cannot be expected to agree.
    """
    missing = set(read_labels(live).labels) - set(read_labels(model).labels)
    shown = ", ".join(repr(label) for label in sorted(missing)[:3])
    return f"{len(missing)} labels of the live model are not labels of this one ({shown})" if missing else ""


def accept_labels(
    lock: Lock, model: Path, previous: LiveDirectories, workspace: Workspace, reason: str
) -> Lock:
    """Return the lock with the acceptance of every change of labels that needs one.

    It is the same lock if none does. Raises UsageError unless `reason` is one printable line.
    """
    require_reason(reason)
    new = read_labels(model)
    files = [read_labels(each) for each in previous.values() if isinstance(each, Path)]
    changed = {old.digest for old in files if not _only_extended(old, new)}
    if not changed:
        return lock
    person = workspace.git("config", "user.email", check=False) or login_name()
    if lock.labels and lock.labels.new == new.digest:
        changed |= set(lock.labels.old)
    accepted = LabelAcceptance(old=tuple(sorted(changed)), new=new.digest, by=person, reason=reason.strip())
    return lock.model_copy(update={"labels": accepted})


def require_reason(reason: str) -> None:
    """Raise UsageError unless a reason for --accept-labels is one printable line."""
    if not reason.strip() or not reason.isprintable():
        raise UsageError(
            "the reason for --accept-labels is not a line of text", "write why the labels change"
        )


def check_coverage(model: Path, golden: Iterable[Photo], sample: Iterable[EvaluationPhoto] = ()) -> Check:
    """Return the share of classes that a photo of either set shows, for the report; no share is refused."""
    classes = len(read_labels(model).labels)
    covered = len({photo.index for photo in golden} | {photo.index for photo in sample})
    share = f"{covered / classes:.1%}" if classes else "none"
    return Check(
        name=f"{PREFIX}classes with a photo",
        passed=True,
        detail=f"{covered} of {classes} ({share}); the others are not tested",
    )
