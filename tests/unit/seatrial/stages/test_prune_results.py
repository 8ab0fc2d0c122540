"""prune and the files that refer to images: the results of the last build and push, and model.lock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memory_environments import MODEL, REGISTRY, digest
from prune_harness import PruneHarness, removed
from seatrial.results import BuildResult, PushResult, StageResult

COMMON = {
    "working_state": "tree",
    "revision": "c0ffee",
    "lock_digest": digest("f"),
    "started": "2026-01-01T00:00:00Z",
    "seconds": 1.0,
    "model": MODEL,
    "golden": MODEL,
}
BUILD = {"image_id": "id-old", "size": 1, "layers": {}}
PUSH = {"image_id": "id-old", "reference": f"{REGISTRY}/classifier@{digest('b')}", "bytes_pushed": 1}


def _write(harness: PruneHarness, kind: type[StageResult], fields: dict[str, Any]) -> Path:
    return harness.workspace.write_result(kind.model_validate({**COMMON, **fields}))


def _write_older(harness: PruneHarness, kind: type[StageResult], fields: dict[str, Any]) -> None:
    """Write a result as a version that called the image id `image`."""
    path = _write(harness, kind, fields)
    found = json.loads(path.read_text())
    path.write_text(json.dumps({"image": found.pop("image_id"), **found}))


@pytest.mark.parametrize("write", [_write, _write_older])
def test_the_last_build_and_push_are_kept(harness: PruneHarness, write: Any) -> None:
    """Also results of an older version refer to their image."""
    write(harness, BuildResult, BUILD)
    write(harness, PushResult, PUSH)
    result = harness.prune()
    assert (removed(result), result.untouched) == (["run-1"], {})
    assert "old" in harness.registry.tags
    assert "id-old" in harness.engine.stored


def test_the_last_push_is_kept_without_a_build(harness: PruneHarness) -> None:
    """A CI job may have only the result of push."""
    _write(harness, PushResult, PUSH)
    assert removed(harness.prune()) == ["run-1", "seatrial/classifier:old"]
    assert "old" in harness.registry.tags


@pytest.mark.parametrize("name", ["build", "push"])
def test_with_an_invalid_result_no_image_is_removed(harness: PruneHarness, name: str) -> None:
    """Its image is unknown; a missing result refers to no image. Reports are removed."""
    path = _write(harness, BuildResult, BUILD)
    path.unlink()
    path.with_name(f"{name}.json").write_text('{"stage": ')
    result = harness.prune()
    assert result.untouched == {f"images ({name}.json)": f"{name}.json is not a valid result of {name}"}
    assert removed(result) == ["run-1"]
    assert harness.connected == []


def test_with_an_invalid_lock_no_image_is_removed(harness: PruneHarness) -> None:
    """The locked model is unknown; without a lock there is none."""
    harness.workspace.lock.unlink(missing_ok=True)
    assert harness.prune(dry_run=True).untouched == {}
    harness.workspace.lock.write_text("[model]\nname = ")
    result = harness.prune()
    assert list(result.untouched) == ["images (model.lock)"]
    assert result.untouched["images (model.lock)"].startswith("model.lock is not TOML")
    assert removed(result) == ["run-1"]
