"""publish and fetch of an evaluation set, which is an artefact of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from samples import lock_to, write_evaluation
from seatrial.errors import RefusedError
from seatrial.model.locks.lock import read_lock, write_lock
from seatrial.settings import Settings
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of each file in `folder`."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", ["model", "golden", "evaluation"])
def test_each_kind_is_published_alone(
    settings: Settings, workspace: Workspace, store: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    """Publishing one artefact publishes it and nothing else."""
    done = publish(settings, workspace, **{kind: request.getfixturevalue(kind)})
    assert done.created
    found = {name: getattr(done, name) for name in ("model", "golden", "evaluation")}
    assert [name for name, artefact in found.items() if artefact] == [kind]
    assert [path.name for path in store.iterdir()] == ["models" if kind == "model" else kind]


def test_locked_evaluation_set_is_fetched(settings: Settings, published: Workspace, evaluation: Path) -> None:
    """A lock with an evaluation set gives its verified copy; one without gives none."""
    lock = read_lock(published.lock)
    assert fetch(settings, published).evaluation_path == ""
    artefact = publish(settings, published, evaluation=evaluation).evaluation
    lock_to(published, lock.model, lock.golden, artefact)
    done = fetch(settings, Workspace(published.root, published.instance))
    assert done.evaluation == artefact
    assert contents(Path(done.evaluation_path)) == contents(evaluation)


def test_published_evaluation_set_is_never_replaced(
    settings: Settings, workspace: Workspace, evaluation: Path, tmp_path: Path
) -> None:
    """Other photos under a published version are refused."""
    publish(settings, workspace, evaluation=evaluation)
    write_evaluation(tmp_path / "other", copies=3)
    with pytest.raises(RefusedError, match=r"evaluation set many-colours 1\.0\.0 is already published"):
        publish(settings, workspace, evaluation=tmp_path / "other", if_absent=True)


def test_list_longer_than_a_document_is_published_and_fetched(
    settings: Settings, published: Workspace, evaluation: Path
) -> None:
    """The list of an evaluation set may be longer than the 1 MiB that a store reads of a document."""
    listing = evaluation / "evaluation.json"
    listing.write_bytes(listing.read_bytes() + b" " * (5 << 20))
    artefact = publish(settings, published, evaluation=evaluation).evaluation
    assert not publish(settings, published, evaluation=evaluation, if_absent=True).created
    lock = read_lock(published.lock)
    lock_to(published, lock.model, lock.golden, artefact)
    done = fetch(settings, Workspace(published.root, published.instance))
    assert contents(Path(done.evaluation_path)) == contents(evaluation)


def test_lock_without_evaluation_set_keeps_its_bytes(published: Workspace) -> None:
    """The table is written only if there is a set, and reading and writing keeps the bytes."""
    before = published.lock.read_bytes()
    lock = read_lock(published.lock)
    assert b"evaluation" not in before
    write_lock(published.lock, lock)
    assert published.lock.read_bytes() == before
    both = lock.model_copy(update={"evaluation": lock.golden})
    write_lock(published.lock, both)
    assert b"\n[evaluation]\n" in published.lock.read_bytes()
    assert read_lock(published.lock) == both
