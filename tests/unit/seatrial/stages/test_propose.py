"""propose: from a validated model to a pull request, with git and a stand-in for gh."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from git_command import git
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.stages.update import UpdateResult
from seatrial.workspace import Workspace
from unit.seatrial.stages.proposals import Proposals, artefact


def test_a_current_model_changes_nothing(proposals: Proposals) -> None:
    """Without a newer model there is no branch and no pull request."""
    assert proposals.run("1.0.0").action == "current"
    assert git(proposals.origin, "branch", "--format=%(refname:short)") == "main"
    assert proposals.github.pulls == []


def test_a_newer_model_becomes_a_pull_request(proposals: Proposals) -> None:
    """Its branch changes model.lock alone; its text has both digests and every check."""
    result = proposals.run("1.1.0")
    (pull,) = proposals.github.pulls
    assert (result.action, result.url, pull["headRefName"]) == ("opened", pull["url"], "model/colours-1.1.0")
    assert pull["title"] == "Ship model colours 1.1.0"
    assert git(proposals.origin, "diff", "--name-only", "main", "model/colours-1.1.0") == "model.lock"
    before, after = proposals.lock("main"), proposals.lock("model/colours-1.1.0")
    assert (before.model.version, after.model.version) == ("1.0.0", "1.1.0")
    assert after.golden == before.golden
    assert before.model.digest in pull["body"]
    assert after.model.digest in pull["body"]
    assert re.search(r"^ {4,}passed +loads and predicts ", pull["body"], re.M)
    assert git(proposals.clone, "status", "--porcelain") == ""


def test_the_report_of_the_validation_is_the_text_and_reaches_nobody(proposals: Proposals) -> None:
    """Without a report it is the table; a mention, a reference or an address in a report has no effect."""
    proposals.update("1.1.0")
    workspace = Workspace(proposals.clone)
    result = workspace.read_result(UpdateResult, current=False)
    text = "## colours\n\n@everyone closes #1, https://evil.test, GH-7, !8"
    workspace.write_result(result.model_copy(update={"report": text + "x" * 70_000}))
    proposals.propose()
    (pull,) = proposals.github.pulls
    assert "## colours" in pull["body"]
    assert "loads and predicts" not in pull["body"]
    assert [sign for sign in ("@e", "#1", "://", "GH-7", "!8") if sign in pull["body"]] == []
    assert len(pull["body"]) < 65_536


def test_a_second_run_renews_the_pull_request_and_keeps_its_commit(proposals: Proposals) -> None:
    """Reviews of the commit stay valid, also after another commit on main."""
    first = proposals.run("1.1.0")
    newest = proposals.push_file("code.py")
    second = proposals.run("1.1.0")
    assert (second.action, second.commit, second.url) == ("renewed", first.commit, first.url)
    (pull,) = proposals.github.pulls
    assert newest in pull["body"]


def test_another_golden_set_on_main_renews_the_commit_too(proposals: Proposals) -> None:
    """The old commit would conflict; the new one keeps main's golden set."""
    proposals.run("1.1.0")
    newest = proposals.push_lock("1.0.0", golden="2.0.0")
    assert proposals.run("1.1.0").action == "renewed"
    assert len(proposals.github.pulls) == 1
    assert git(proposals.origin, "rev-parse", "model/colours-1.1.0^") == newest
    assert proposals.lock("model/colours-1.1.0").golden.version == "2.0.0"


def test_another_model_on_main_renews_the_commit_too(proposals: Proposals) -> None:
    """The text of the lock is the same, but the old commit would conflict."""
    proposals.run("1.1.0")
    newest = proposals.push_lock("1.0.5")
    proposals.run("1.1.0")
    assert git(proposals.origin, "rev-parse", "model/colours-1.1.0^") == newest


def test_a_newer_version_closes_the_pull_request_of_the_older(proposals: Proposals) -> None:
    """There is one pull request, that of the channel's model; the other's branch is deleted."""
    proposals.run("1.1.0")
    assert proposals.run("1.2.0").closed == (1,)
    assert [pull["headRefName"] for pull in proposals.github.open_pulls] == ["model/colours-1.2.0"]
    assert "The channel names colours 1.2.0 now." in proposals.github.pulls[0]["comments"][0]
    assert "model/colours-1.1.0" not in git(proposals.origin, "branch")


def test_a_branch_that_a_person_changed_is_not_replaced(proposals: Proposals) -> None:
    """Their commit is not lost; the error names the branch and the file."""
    proposals.run("1.1.0")
    mine = proposals.push_file("notes.md", "model/colours-1.1.0")
    with pytest.raises(RefusedError, match=r"model/colours-1\.1\.0 has other changes \(notes\.md\)"):
        proposals.run("1.1.0")
    assert git(proposals.origin, "rev-parse", "model/colours-1.1.0") == mine


def test_a_lock_that_changed_on_main_after_the_validation_is_refused(proposals: Proposals) -> None:
    """The model was compared with another one; nothing is proposed."""
    proposals.update("1.1.0")
    proposals.push_lock("1.0.5")
    git(proposals.clone, "checkout", "-q", "main")
    with pytest.raises(RefusedError, match=r"model\.lock of main has changed"):
        proposals.propose()
    assert proposals.github.pulls == []


def test_a_lock_with_another_golden_set_is_refused(proposals: Proposals) -> None:
    """The job that ran the model decides on the model only."""
    proposals.update("1.1.0")
    workspace = Workspace(proposals.clone)
    result = workspace.read_result(UpdateResult, current=False)
    other = result.lock.replace(artefact("1.0.0", "colour-photos").digest, artefact("2", "other").digest)
    workspace.write_result(result.model_copy(update={"lock": other}))
    with pytest.raises(RefusedError, match="changes more than the model"):
        proposals.propose()
    assert git(proposals.origin, "branch", "--list", "model/*") == ""


def test_a_result_of_another_commit_is_not_proposed(proposals: Proposals) -> None:
    """The model is validated again after a commit."""
    proposals.update("1.1.0")
    git(proposals.clone, "commit", "-q", "--allow-empty", "-m", "Another commit")
    with pytest.raises(UsageError, match="of another commit"):
        proposals.propose()


@pytest.mark.parametrize("version", ["1..2", "1.lock"])
def test_every_version_gives_a_valid_branch(proposals: Proposals, version: str) -> None:
    """Git refuses some names that a version may have."""
    proposals.run(version)
    (pull,) = proposals.github.pulls
    assert proposals.lock(pull["headRefName"]).model.version == version


def test_a_failure_of_gh_leaves_a_branch_that_the_next_run_uses(proposals: Proposals, tmp_path: Path) -> None:
    """The error names the command and the rights; the next run opens the pull request of the same commit."""
    (tmp_path / "gh").write_text("#!/bin/sh\necho 'GitHub Actions is not permitted' >&2\nexit 1\n")
    (tmp_path / "gh").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with pytest.raises(OutsideError, match="pull requests: gh pr exited with 1") as raised:
            proposals.run("1.1.0")
    assert "pull-requests: write" in raised.value.hint
    written = git(proposals.origin, "rev-parse", "model/colours-1.1.0")
    result = proposals.run("1.1.0")
    assert (result.action, result.commit) == ("opened", written)
