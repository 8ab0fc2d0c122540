"""build, push and the copy of an image, killed at every step: the next run completes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from directory_engine import DirectoryEngine
from http_registry import MANIFEST, HttpRegistry, blob_digest, http_registry
from killable_stages import run_fetch
from killed_process import Killer, killer
from seatrial.image.required_checks import REQUIRED_CHECKS
from seatrial.results import BuildResult, CheckResult, PushResult, ValidateResult
from seatrial.workspace import ResultNotFoundError, Workspace

NEVER = 10_000


@pytest.fixture(scope="module")
def killing() -> Iterator[Killer]:
    """A server of killed processes that has loaded the stages."""
    with killer("killable_stages") as server:
        yield server


@pytest.fixture
def registry() -> Iterator[HttpRegistry]:
    """An empty registry."""
    with http_registry() as running:
        yield running


@pytest.fixture
def validated(published: Workspace, store: Path, tmp_path: Path) -> Workspace:
    """A checkout with the sources of an image, and a fetched model that passed its checks."""
    for name in ("Dockerfile", "requirements/app.txt", "src/imagemodel/a.py", "src/classifier/b.py"):
        (published.root / name).parent.mkdir(parents=True, exist_ok=True)
        (published.root / name).write_text(f"# the content of {name}\n")
    fetched = run_fetch(str(published.root), str(store), str(tmp_path / "cache"))
    workspace = Workspace(published.root, published.instance)
    report = ValidateResult(
        **common(workspace), model=fetched.model, golden=fetched.golden, passed=True, verdicts=()
    )
    workspace.write_result(report)
    return workspace


def common(workspace: Workspace) -> dict[str, Any]:
    """Return the fields of every result."""
    return {
        "working_state": workspace.working_state,
        "revision": workspace.revision,
        "lock_digest": workspace.lock_digest,
        "started": datetime.now(UTC),
        "seconds": 0,
    }


def result_of(workspace: Workspace, kind: type[BuildResult | PushResult]) -> BuildResult | PushResult | None:
    """Return the result of a stage, or None if it has written none."""
    try:
        return workspace.read_result(kind)
    except ResultNotFoundError:
        return None


def test_a_killed_build_is_completed_by_the_next(
    killing: Killer, validated: Workspace, tmp_path: Path
) -> None:
    """A half-written context is never an image that counts, and the next build removes it."""
    build = {"work": "killable_stages:run_build", "checkout": validated.root}
    assert killing.run(at=NEVER, within=[], **build, engine=tmp_path / "engine")
    expected = validated.read_result(BuildResult).image_id
    # Every second step: most of them copy one of many files, or remove it.
    for step in count(step=2):
        (validated.directory / "run/build.json").unlink(missing_ok=True)
        engine = tmp_path / f"engine-{step}"
        if killing.run(at=step, within=[validated.directory, engine], **build, engine=engine):
            break
        found = result_of(validated, BuildResult)
        assert found is None or found.image_id == expected
        assert set(DirectoryEngine(engine).tagged()) <= {expected}
        assert killing.run(at=NEVER, within=[], **build, engine=engine)
        assert DirectoryEngine(engine).tagged() == [expected]
        assert list(validated.directory.rglob(".*.part")) == []
    assert step > 20


@pytest.fixture
def checked(killing: Killer, validated: Workspace, tmp_path: Path) -> Workspace:
    """A checkout whose image was built and checked; the engine is the directory `engine`."""
    assert killing.run(
        "killable_stages:run_build", at=NEVER, within=[], checkout=validated.root, engine=tmp_path / "engine"
    )
    built = validated.read_result(BuildResult)
    tests = tuple(sorted(REQUIRED_CHECKS))
    result = CheckResult(
        **common(validated), image_id=built.image_id, passed=len(tests), tests=tests, report="check.xml"
    )
    validated.write_result(result)
    return validated


def test_a_killed_push_is_completed_by_the_next(
    killing: Killer, checked: Workspace, registry: HttpRegistry, tmp_path: Path
) -> None:
    """The registry has the whole image or none, and the next push gives the same reference."""
    push = {"work": "killable_stages:run_push", "within": [checked.directory / "run"]}
    places = {"checkout": checked.root, "engine": tmp_path / "engine", "address": registry.address}
    digests = set()
    for step in count():
        registry.blobs.clear()
        registry.manifests.clear()
        (checked.directory / "run/push.json").unlink(missing_ok=True)
        if killing.run(at=step, **push, **places):
            break
        assert all(registry.whole(name) for name in registry.manifests)
        found = result_of(checked, PushResult)
        assert found is None or registry.manifests
        assert killing.run(at=NEVER, **push, **places)
        reference = checked.read_result(PushResult).reference
        assert registry.whole(reference.digest)
        digests.add(reference.digest)
    assert step > 8
    assert len(digests) == 1


def test_a_killed_copy_is_completed_by_the_next(
    killing: Killer, registry: HttpRegistry, tmp_path: Path
) -> None:
    """The other registry has the whole image or none of it by its digest."""
    config, layer = json.dumps({"config": {}}).encode(), b"layer" * 1000
    registry.blobs |= {blob_digest(each): each for each in (config, layer)}
    described = [{"digest": blob_digest(each), "size": len(each)} for each in (config, layer)]
    manifest = json.dumps({"mediaType": MANIFEST, "config": described[0], "layers": described[1:]}).encode()
    digest = blob_digest(manifest)
    registry.manifests[digest] = manifest
    copy = {"work": "killable_stages:run_copy", "within": [], "digest": digest, "config": tmp_path}
    with http_registry() as other:
        for step in count():
            other.blobs.clear()
            other.manifests.clear()
            if killing.run(at=step, **copy, source=registry.address, target=other.address):
                break
            assert all(other.whole(name) for name in other.manifests)
            assert killing.run(at=NEVER, **copy, source=registry.address, target=other.address)
            assert other.whole(digest)
    assert step > 12
