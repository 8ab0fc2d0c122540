"""What a kit is made of: the pushed image, the lock, and the files that the suite imports."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from memory_environments import MODEL, Environments, digest
from model_fixtures import fetched
from seatrial.errors import UsageError
from seatrial.image_reference import ImageReference
from seatrial.model.locks.lock import read_lock
from seatrial.qa_kit.kit import expected, make_kit
from seatrial.qa_kit.modules import needed_files
from seatrial.results import PushResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[3]
IMAGE = ImageReference("registry.test", "classifier", "sha256:" + "1" * 64)


@pytest.fixture
def ready(settings: Settings, workspace: Workspace, model: Path, golden: Path) -> Workspace:
    """A checkout with this project's suite and a fetched model."""
    for name in ("src", "tests", "requirements"):
        (workspace.root / name).symlink_to(ROOT / name)
    return fetched(settings, workspace, model, golden)


def _push(workspace: Workspace) -> None:
    lock = read_lock(workspace.lock)
    fields = StageRun().fields(workspace)
    workspace.write_result(
        PushResult(
            **fields, image_id="i", reference=IMAGE, model=lock.model, golden=lock.golden, bytes_pushed=0
        )
    )


def _make(
    environments: Environments, workspace: Workspace, target: Path, image: ImageReference | None = None
) -> int:
    settings = environments.settings
    found = expected(settings, workspace, image, "production", environments.services)
    return make_kit(settings, workspace, found, target)


def _facts(archive: Path) -> dict[str, Any]:
    with zipfile.ZipFile(archive) as kit:
        return dict(json.loads(kit.read("qa-kit/kit.json")))


def test_a_kit_expects_the_pushed_image_and_the_locked_model(
    environments: Environments, ready: Workspace, tmp_path: Path
) -> None:
    """The environment does not matter: its release has a name of its own, image and model have not."""
    _push(ready)
    size = _make(environments, ready, tmp_path / "kit.zip")
    facts = _facts(tmp_path / "kit.zip")
    assert facts["expect"] == {"image": IMAGE.digest, "model": read_lock(ready.lock).model.digest}
    assert facts["revision"] == ready.revision
    assert size == (tmp_path / "kit.zip").stat().st_size


def test_a_kit_may_expect_another_image(environments: Environments, ready: Workspace, tmp_path: Path) -> None:
    """`IMAGE=` needs no result of push."""
    _make(environments, ready, tmp_path / "kit.zip", IMAGE)
    assert _facts(tmp_path / "kit.zip")["expect"]["image"] == IMAGE.digest


def test_without_a_push_a_kit_expects_what_is_stable(
    environments: Environments, ready: Workspace, tmp_path: Path
) -> None:
    """Where a release was promoted nothing was pushed: image, model, golden set and revision are its own."""
    golden = read_lock(ready.lock).golden
    stable = environments.release("production", 1, "a", "pending", "stable", golden_digest=golden.digest)
    environments.release("production", 2, "b", "refused")
    _make(environments, ready, tmp_path / "kit.zip")
    facts = _facts(tmp_path / "kit.zip")
    assert facts["expect"] == {"image": digest("a"), "model": MODEL.digest}
    assert facts["golden"]["digest"] == golden.digest
    assert facts["revision"] == stable.revision


@pytest.mark.parametrize(
    ("unreachable", "why"),
    [(set(), "and production has no stable release"), ({"production"}, "cluster production does not answer")],
)
def test_without_a_push_and_a_stable_release_there_is_no_kit(
    environments: Environments, ready: Workspace, tmp_path: Path, unreachable: set[str], why: str
) -> None:
    """Nothing could be expected, and nothing is written."""
    environments.unreachable = unreachable
    with pytest.raises(UsageError, match=f"no image was pushed here .*{why}") as caught:
        _make(environments, ready, tmp_path / "kit.zip")
    assert "IMAGE=" in caught.value.hint
    assert not (tmp_path / "kit.zip").exists()


def test_an_image_of_another_working_state_is_refused(
    environments: Environments, ready: Workspace, tmp_path: Path
) -> None:
    """The suite of this checkout may test what that image does not have."""
    _push(ready)
    (ready.root / "app.py").write_text("changed = True\n")
    with pytest.raises(UsageError, match="of another working state"):
        _make(environments, Workspace(ready.root, ready.instance), tmp_path / "kit.zip")


def test_imports_are_followed_but_not_those_inside_functions(tmp_path: Path) -> None:
    """A module brings the packages above it, and its templates."""
    files = {
        "src/a/__init__.py": "",
        "src/a/b.py": "from a import c\n\ndef later():\n    import a.d\n",
        "src/a/c.py": "import json\n",
        "src/a/d.py": "",
        "src/a/templates/page.html": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = [
        path.relative_to(tmp_path).as_posix() for path in needed_files(tmp_path, [tmp_path / "src/a/b.py"])
    ]
    assert found == sorted(set(files) - {"src/a/d.py"})
