"""The state of a checkout, and the results that stages pass on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seatrial.errors import OutsideError, UsageError
from seatrial.results import Artefact, BuildResult, FetchResult
from seatrial.workspace import Workspace, find


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
    """Return a result of fetch for the present state of the workspace."""
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


def test_the_state_of_a_clean_checkout_is_its_commit(tmp_path: Path, git: Callable[..., str]) -> None:
    """The working state is the tree of HEAD, and the revision is HEAD."""
    workspace = Workspace(tmp_path)
    assert workspace.working_state == git("rev-parse", "HEAD^{tree}")
    assert workspace.revision == git("rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["seatrial.toml", "untracked.py"])
def test_a_change_gives_another_working_state(tmp_path: Path, git: Callable[..., str], name: str) -> None:
    """Changed and untracked files make the revision `-dirty`; the index does not change."""
    (tmp_path / name).write_text("changed = true\n")
    workspace = Workspace(tmp_path)
    assert workspace.working_state != git("rev-parse", "HEAD^{tree}")
    assert workspace.revision == git("rev-parse", "HEAD") + "-dirty"
    assert git("diff", "--cached", "--name-only") == ""


def test_ignored_files_do_not_change_the_working_state(tmp_path: Path, git: Callable[..., str]) -> None:
    """The files of an instance do not make a checkout dirty."""
    (tmp_path / ".seatrial").mkdir()
    (tmp_path / ".seatrial" / "x").write_text("x")
    assert not Workspace(tmp_path).revision.endswith("-dirty")


def test_a_written_result_is_read_back(tmp_path: Path, git: Callable[..., str]) -> None:
    """A stage reads exactly the result that an earlier stage wrote."""
    workspace = Workspace(tmp_path)
    written = result(workspace)
    workspace.write_result(written)
    assert Workspace(tmp_path).read_result(FetchResult) == written


@pytest.mark.parametrize("changed", ["model.lock", "app.py"])
def test_a_result_of_another_working_state_or_lock_is_refused(
    tmp_path: Path, git: Callable[..., str], changed: str
) -> None:
    """A result of another commit or another model is not used."""
    workspace = Workspace(tmp_path)
    workspace.write_result(result(workspace))
    (tmp_path / changed).write_text("another\n")
    with pytest.raises(UsageError, match="another working state") as caught:
        Workspace(tmp_path).read_result(FetchResult)
    assert "make fetch" in caught.value.hint


def test_a_stage_that_has_not_run_is_named(tmp_path: Path) -> None:
    """The error names the stage, and the hint its command."""
    with pytest.raises(UsageError, match="build has not run here") as caught:
        Workspace(tmp_path).read_result(BuildResult)
    assert "make build" in caught.value.hint


def test_a_truncated_result_is_refused(tmp_path: Path) -> None:
    """A file with invalid JSON is wrong usage."""
    run = tmp_path / ".seatrial" / "dev" / "run"
    run.mkdir(parents=True)
    (run / "fetch.json").write_text('{"stage": "fetch"')
    with pytest.raises(UsageError, match=r"fetch.json is not a valid result of fetch"):
        Workspace(tmp_path).read_result(FetchResult)


def test_the_checkout_is_found_from_a_subdirectory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command works in src/ as well."""
    (tmp_path / "seatrial.toml").write_text("")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert find("dev") == Workspace(tmp_path, "dev")


def test_outside_a_checkout_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory without a seatrial.toml here or above is not a checkout."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no seatrial.toml"):
        find("dev")


@pytest.mark.parametrize("name", ["", "Dev", "../x", "a" * 21, "1a", "a b"])
def test_an_invalid_instance_name_is_refused(name: str) -> None:
    """A name that is not valid for containers and directories is wrong usage."""
    with pytest.raises(UsageError, match="not a valid instance name"):
        find(name)


def test_git_errors_are_raised_unless_unchecked(tmp_path: Path, git: Callable[..., str]) -> None:
    """A failing git raises OutsideError; without check its output is empty."""
    workspace = Workspace(tmp_path)
    with pytest.raises(OutsideError, match="git rev-parse exited with"):
        workspace.git("rev-parse", "--verify", "nowhere")
    assert workspace.git("rev-parse", "--verify", "nowhere", check=False) == ""


def test_the_cache_directory_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEATRIAL_CACHE comes first, then XDG_CACHE_HOME."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("SEATRIAL_CACHE", raising=False)
    assert Workspace(tmp_path).cache == tmp_path / "xdg" / "seatrial"
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "own"))
    assert Workspace(tmp_path).cache == tmp_path / "own"
