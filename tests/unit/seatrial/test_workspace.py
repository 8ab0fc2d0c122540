"""The checkout: what state it is in, and the results that stages hand on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.results import Artefact, BuildResult, FetchResult
from seatrial.workspace import Workspace, find, write_atomically


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
    """A result of fetch on the workspace as it is."""
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


def test_a_clean_checkout_is_its_commit(tmp_path: Path, git: Callable[..., str]) -> None:
    """The working state of a clean checkout is the tree of its commit."""
    workspace = Workspace(tmp_path)
    assert workspace.working_state == git("rev-parse", "HEAD^{tree}")
    assert workspace.revision == git("rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["seatrial.toml", "untracked.py"])
def test_any_change_is_another_working_state(tmp_path: Path, git: Callable[..., str], name: str) -> None:
    """What is not committed, untracked files included, is told by `-dirty`; the index is left alone."""
    (tmp_path / name).write_text("changed = true\n")
    workspace = Workspace(tmp_path)
    assert workspace.working_state != git("rev-parse", "HEAD^{tree}")
    assert workspace.revision == git("rev-parse", "HEAD") + "-dirty"
    assert git("diff", "--cached", "--name-only") == ""


def test_what_git_ignores_is_no_change(tmp_path: Path, git: Callable[..., str]) -> None:
    """The local cloud's own files do not make a checkout dirty."""
    (tmp_path / ".seatrial").mkdir()
    (tmp_path / ".seatrial" / "x").write_text("x")
    assert not Workspace(tmp_path).revision.endswith("-dirty")


def test_a_result_is_read_as_it_was_written(tmp_path: Path, git: Callable[..., str]) -> None:
    """A stage gets exactly what the one before it gave."""
    workspace = Workspace(tmp_path)
    written = result(workspace)
    workspace.write_result(written)
    assert Workspace(tmp_path).read_result(FetchResult) == written


@pytest.mark.parametrize("changed", ["model.lock", "app.py"])
def test_a_result_of_another_working_state_or_lock_is_refused(
    tmp_path: Path, git: Callable[..., str], changed: str
) -> None:
    """No stage goes on from what another commit or another model gave."""
    workspace = Workspace(tmp_path)
    workspace.write_result(result(workspace))
    (tmp_path / changed).write_text("another\n")
    with pytest.raises(UsageError, match="another working state") as caught:
        Workspace(tmp_path).read_result(FetchResult)
    assert "make fetch" in caught.value.hint


def test_a_stage_that_has_not_run_is_named(tmp_path: Path) -> None:
    """Who skips a stage is told which."""
    with pytest.raises(UsageError, match="build has not run here") as caught:
        Workspace(tmp_path).read_result(BuildResult)
    assert "make build" in caught.value.hint


def test_a_result_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    """Half a file is no result."""
    run = tmp_path / ".seatrial" / "dev" / "run"
    run.mkdir(parents=True)
    (run / "fetch.json").write_text('{"stage": "fetch"')
    with pytest.raises(UsageError, match=r"fetch.json is no result of fetch"):
        Workspace(tmp_path).read_result(FetchResult)


def test_a_checkout_is_found_from_any_folder_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage can be typed in src/ as well."""
    (tmp_path / "seatrial.toml").write_text("")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert find("dev") == Workspace(tmp_path, "dev")


def test_outside_a_checkout_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made up from nowhere."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no seatrial.toml"):
        find("dev")


@pytest.mark.parametrize("name", ["", "Dev", "../x", "a" * 21, "1a", "a b"])
def test_a_name_that_cannot_name_containers_is_refused(name: str) -> None:
    """An instance's name can lead to no other folder."""
    with pytest.raises(UsageError, match="no name for an instance"):
        find(name)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle leaves the old file, and no half of the new one."""
    target = tmp_path / "run" / "x.json"
    write_atomically(target, "old")

    def full(self: Path, mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, "new")
    assert target.read_text() == "old"
    assert list(target.parent.iterdir()) == [target]
