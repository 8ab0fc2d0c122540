"""publish and fetch, killed at every step: the next run completes, and nothing half-written counts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from killable_stages import run_fetch, run_publish
from killed_process import Killer, killer
from samples import lock_to, reseal
from seatrial.model.artefacts import GOLDEN_SET, MODEL, verified
from seatrial.model.locks.lock import read_lock
from seatrial.results import FetchResult
from seatrial.stores.pieces import piece_bytes
from seatrial.stores.protocol import BlobNotFoundError
from seatrial.workspace import ResultNotFoundError, Workspace


@pytest.fixture(scope="module")
def killing() -> Iterator[Killer]:
    """A server of killed processes that has loaded the stages."""
    with killer("killable_stages") as server:
        yield server


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore the cache that the stages set."""
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))


def leftovers(folder: Path) -> list[Path]:
    """Return the temporary files and directories, without those that are links to a whole file."""
    found = [*folder.rglob(".*.part"), *folder.rglob(".*.partial")]
    return [path for path in found if path.is_dir() or path.stat().st_nlink == 1]


def require_whole(workspace: Workspace, found: FetchResult) -> None:
    """Require that a fetched model and golden set have the digests of the lock."""
    lock = read_lock(workspace.lock)
    assert verified(MODEL, Path(found.model_path), lock.model.digest)
    assert verified(GOLDEN_SET, Path(found.golden_path), lock.golden.digest)


def test_a_killed_publish_is_completed_by_the_next(
    killing: Killer, published: Workspace, model: Path, golden: Path, store: Path, tmp_path: Path
) -> None:
    """Until then a version is absent or whole; afterwards all of it, its record and its channel are there."""
    checkout = str(published.root)
    for step in count():
        target, cache = tmp_path / f"store-{step}", tmp_path / f"cache-{step}"
        # A model and a golden set are published by the same code; one of them is enough.
        shutil.copytree(store / "golden", target / "golden")
        sources = {"checkout": checkout, "store": str(target), "model": str(model), "golden": str(golden)}
        if killing.run("killable_stages:run_publish", at=step, within=[target], **sources):
            break
        try:
            require_whole(published, run_fetch(checkout, str(target), str(cache)))
        except BlobNotFoundError:
            assert leftovers(cache) == []
        run_publish(**sources)
        require_whole(published, run_fetch(checkout, str(target), str(cache)))
        assert leftovers(target) == []
        record = json.loads((target / "models/colours/1.0.0/publication.json").read_text())
        channel = json.loads((target / "models/colours/channels/latest.json").read_text())
        assert record["digest"] == channel["digest"] == read_lock(published.lock).model.digest
    assert step > 20


@pytest.mark.parametrize("damaged", [False, True])
def test_a_killed_fetch_is_completed_by_the_next(
    killing: Killer, published: Workspace, store: Path, tmp_path: Path, damaged: bool
) -> None:
    """A copy in the cache is whole or not used, and the next fetch removes what is left of the killed one."""
    checkout = str(published.root)
    for step in count():
        cache = tmp_path / f"cache-{step}"
        if damaged:
            found = run_fetch(checkout, str(store), str(cache))
            (Path(found.model_path) / "labels.txt").write_text("half")
        places = {"checkout": checkout, "store": str(store), "cache": str(cache)}
        if killing.run("killable_stages:run_fetch", at=step, within=[cache], **places):
            break
        require_whole(published, run_fetch(**places))
        assert leftovers(cache) == []
    assert step > 8


def test_a_killed_fetch_of_a_large_file_is_continued(
    killing: Killer, workspace: Workspace, model: Path, golden: Path, store: Path, tmp_path: Path
) -> None:
    """The next fetch requests only the ranges that the killed one has not listed."""
    (model / "README.md").write_bytes(os.urandom(5 * piece_bytes(64)))
    reseal(model)
    checkout = str(workspace.root)
    done = run_publish(checkout, str(store), str(model), str(golden))
    assert done.model
    assert done.golden
    lock_to(workspace, done.model, done.golden)
    places = {"checkout": checkout, "store": str(store), "connections": "64"}
    total = run_fetch(**places, cache=str(tmp_path / "whole")).bytes_transferred
    received = set[int]()
    for step in count():
        cache = tmp_path / f"cache-{step}"
        if killing.run("killable_stages:run_fetch", at=step, within=[cache], **places, cache=str(cache)):
            break
        # A range that is not listed is requested again, and so are the lists of model and golden set.
        found = run_fetch(**places, cache=str(cache))
        require_whole(workspace, found)
        received.add(total - found.bytes_transferred)
        assert leftovers(cache) == []
    # The killer also cuts the file that it opened last, in which the listed ranges are then not valid.
    assert max(received) >= 2 * piece_bytes(64)


def test_a_result_is_whole_or_missing(
    killing: Killer, published: Workspace, store: Path, tmp_path: Path
) -> None:
    """The result of a killed stage is never read in part."""
    run = published.directory / "run"
    for step in range(8):
        shutil.rmtree(run, ignore_errors=True)
        places = {"checkout": str(published.root), "store": str(store), "cache": str(tmp_path / "cache")}
        if killing.run("killable_stages:run_fetch", at=step, within=[run], **places):
            continue
        try:
            assert published.read_result(FetchResult).model == read_lock(published.lock).model
        except ResultNotFoundError:
            published.write_result(run_fetch(**places))
        assert leftovers(run) == []
