"""The checkout: its working state, and the results that stages pass on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.results import Artefact, BuildResult, FetchResult
from seatrial.workspace import ResultNotFoundError, Workspace, find, write_atomically


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Git in a checkout with one commit."""

    def call(*words: str) -> str:
        who = ["-c", "user.name=tests", "-c", "user.email=tests@seatrial.test"]
        argv = ["git", "-C", str(tmp_path), *who, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30).stdout.strip()

    (tmp_path / "seatrial.toml").write_text("")
    (tmp_path / ".gitignore").write_text("/.seatrial/\n")
    call("init", "-q", "-b", "main")
    call("add", "--all")
    call("commit", "-q", "-m", "first")
    return call


def result(workspace: Workspace) -> FetchResult:
    """Return a result of fetch on the present working state."""
    artefact = Artefact(name="m", version="1", digest="sha256:0")
    return FetchResult(
        working_state=workspace.working_state,
        revision=workspace.revision,
        lock_digest=workspace.lock_digest,
        started=datetime.now(UTC),
        seconds=0.1,
        model=artefact,
        golden=artefact,
        model_path="m",
        golden_path="g",
        bytes_transferred=0,
    )


def test_the_working_state_of_a_clean_checkout_is_its_tree(tmp_path: Path, git: Callable[..., str]) -> None:
    """The working state is the tree id of HEAD, and the revision its commit."""
    workspace = Workspace(tmp_path)
    assert workspace.working_state == git("rev-parse", "HEAD^{tree}")
    assert workspace.revision == git("rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["seatrial.toml", "untracked.py"])
def test_every_change_is_another_working_state(tmp_path: Path, git: Callable[..., str], name: str) -> None:
    """With uncommitted changes or untracked files the revision ends in `-dirty`; the index is unchanged."""
    (tmp_path / name).write_text("changed = true\n")
    workspace = Workspace(tmp_path)
    assert workspace.working_state != git("rev-parse", "HEAD^{tree}")
    assert workspace.revision == git("rev-parse", "HEAD") + "-dirty"
    assert git("diff", "--cached", "--name-only") == ""


def test_ignored_files_are_not_a_change(tmp_path: Path, git: Callable[..., str]) -> None:
    """The files of the local cloud do not make a checkout dirty."""
    (tmp_path / ".seatrial").mkdir()
    (tmp_path / ".seatrial" / "x").write_text("x")
    assert not Workspace(tmp_path).revision.endswith("-dirty")


def test_an_ignored_lock_is_a_change(tmp_path: Path, git: Callable[..., str]) -> None:
    """No commit contains a model.lock that git ignores; one that is committed all the same is no change."""
    with (tmp_path / ".gitignore").open("a") as ignored:
        ignored.write("model.lock\n")
    git("commit", "-qam", "Ignore the lock")
    assert not Workspace(tmp_path).revision.endswith("-dirty")
    (tmp_path / "model.lock").write_text("")
    assert Workspace(tmp_path).revision.endswith("-dirty")
    git("add", "--force", "model.lock")
    git("commit", "-qm", "Add the lock")
    assert not Workspace(tmp_path).revision.endswith("-dirty")


def test_a_result_is_read_back(tmp_path: Path, git: Callable[..., str]) -> None:
    """A stage reads the result that an earlier stage has written."""
    workspace = Workspace(tmp_path)
    written = result(workspace)
    workspace.write_result(written)
    assert Workspace(tmp_path).read_result(FetchResult) == written


@pytest.mark.parametrize("changed", ["model.lock", "app.py"])
def test_a_result_of_another_working_state_or_lock_is_refused(
    tmp_path: Path, git: Callable[..., str], changed: str
) -> None:
    """A stage does not continue from the result of another commit or another model."""
    workspace = Workspace(tmp_path)
    workspace.write_result(result(workspace))
    (tmp_path / changed).write_text("another\n")
    with pytest.raises(UsageError, match="another working state") as caught:
        Workspace(tmp_path).read_result(FetchResult)
    assert "make fetch" in caught.value.hint


def test_a_stage_that_has_not_run_is_named(tmp_path: Path) -> None:
    """A missing result names its stage, and the hint is the command."""
    with pytest.raises(ResultNotFoundError, match="build has not run here") as caught:
        Workspace(tmp_path).read_result(BuildResult)
    assert "make build" in caught.value.hint


def test_a_truncated_result_is_refused(tmp_path: Path) -> None:
    """An incomplete file is an error that names it; it differs from a missing file."""
    run = tmp_path / ".seatrial" / "dev" / "run"
    run.mkdir(parents=True)
    (run / "fetch.json").write_text('{"stage": "fetch"')
    with pytest.raises(UsageError, match=r"fetch\.json is .*result of fetch") as caught:
        Workspace(tmp_path).read_result(FetchResult)
    assert not isinstance(caught.value, ResultNotFoundError)


def test_a_checkout_is_found_from_its_subdirectories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands may be run in any directory of the checkout."""
    (tmp_path / "seatrial.toml").write_text("")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert find("dev") == Workspace(tmp_path, "dev")


def test_outside_a_checkout_a_command_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the missing file, and the hint where to run the command."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no seatrial\.toml") as caught:
        find("dev")
    assert "a checkout of Seatrial" in caught.value.hint


@pytest.mark.parametrize("name", ["", "Dev", "../x", "a" * 21, "1a", "a b"])
def test_an_invalid_instance_name_is_refused(name: str) -> None:
    """A name is part of container names and of a path, so it cannot contain slashes, dots or spaces."""
    with pytest.raises(UsageError, match="instance") as caught:
        find(name)
    assert caught.value.message.startswith(repr(name))


def test_a_file_is_replaced_atomically(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, the old file is unchanged and no temporary file remains."""
    target = tmp_path / "run" / "x.json"
    write_atomically(target, "old")

    def full(self: Path, mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, "new")
    assert target.read_text() == "old"
    assert list(target.parent.iterdir()) == [target]
