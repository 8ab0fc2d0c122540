"""propose with `model.follow`, and older models, which only a person brings back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from git_command import git
from git_hooks import RACE, REFUSAL, install_hook, write_git
from seatrial.errors import OutsideError, RefusedError
from unit.seatrial.stages.proposals import Proposals


@pytest.mark.parametrize("follow", [False, True])
def test_a_channel_that_was_moved_back_needs_a_person(proposals: Proposals, follow: bool) -> None:
    """An older model is a pull request that names it as such, with model.follow too; main keeps its model."""
    proposals.run("1.1.0")
    proposals.merge("model/colours-1.1.0")
    assert proposals.run("1.0.0", follow=follow).action == "opened"
    pull = proposals.github.open_pulls[-1]
    assert (pull["title"], pull["headRefName"]) == ("Go back to model colours 1.0.0", "model/colours-1.0.0")
    assert "**This is an older model**" in pull["body"]
    assert proposals.lock("main").model.version == "1.1.0"


def test_a_version_without_order_that_main_shipped_before_is_an_older_model(proposals: Proposals) -> None:
    """A commit's hash as a version has no order; the history of main has."""
    for version in ("abcdef", "fedcba"):
        proposals.run(version)
        proposals.merge(f"model/colours-{version}")
    proposals.run("abcdef", follow=True)
    titles = [pull["title"].partition(" model")[0] for pull in proposals.github.pulls]
    assert titles == ["Ship", "Ship", "Go back to"]
    assert proposals.lock("main").model.version == "fedcba"


def test_with_follow_a_newer_model_is_committed_to_main(proposals: Proposals) -> None:
    """The commit changes model.lock alone; the pull request from before the setting is closed."""
    proposals.run("1.1.0")
    result = proposals.run("1.1.0", follow=True)
    assert (result.action, result.closed) == ("committed", (1,))
    assert git(proposals.origin, "rev-parse", "main") == result.commit
    shown = git(proposals.origin, "show", "--name-only", "--format=%s", "main")
    assert shown.split("\n\n") == ["Ship model colours 1.1.0", "model.lock"]
    assert proposals.github.open_pulls == []


@pytest.mark.parametrize("moment", ["before it begins", "before it is accepted"])
def test_a_commit_that_lost_a_race_is_made_again_on_the_newest_main(
    proposals: Proposals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Both changes are on main; nothing is forced."""
    proposals.push_file("code.py", target="racing")
    proposals.update("1.1.0")
    if moment == "before it begins":
        write_git(tmp_path / "bin", proposals.origin)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    else:
        install_hook(proposals.origin, RACE)
    assert proposals.propose(follow=True).action == "committed"
    subjects = git(proposals.origin, "log", "--format=%s", "main").splitlines()
    assert subjects == ["Ship model colours 1.1.0", "Add code.py", *subjects[2:]]
    assert (proposals.origin / "raced").exists()


def test_a_newer_model_that_reached_main_meanwhile_is_kept(proposals: Proposals) -> None:
    """A commit of a model that was validated for another lock is refused, also in the middle of a race."""
    proposals.push_lock("1.2.0", target="racing")
    proposals.update("1.1.0")
    install_hook(proposals.origin, RACE)
    with pytest.raises(RefusedError, match=r"model\.lock of main has changed"):
        proposals.propose(follow=True)
    assert (proposals.origin / "raced").exists()
    assert proposals.lock("main").model.version == "1.2.0"


def test_a_main_that_accepts_no_commit_is_a_refusal(proposals: Proposals) -> None:
    """A branch rule of main refuses the push; the error names the setting and the rule."""
    install_hook(proposals.origin, REFUSAL)
    with pytest.raises(RefusedError, match="main does not accept the commit") as raised:
        proposals.run("1.1.0", follow=True)
    assert "model.follow = false" in raised.value.hint
    assert "Protected branch" in raised.value.log


def test_a_clone_without_the_history_of_main_proposes_nothing(proposals: Proposals, tmp_path: Path) -> None:
    """Whether main shipped the model before is not known there, so that an older one could look new."""
    for version in ("abcdef", "fedcba"):
        proposals.run(version)
        proposals.merge(f"model/colours-{version}")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{proposals.origin}", "shallow")
    with pytest.raises(OutsideError, match="the clone is shallow") as raised:
        replace(proposals, clone=tmp_path / "shallow").run("abcdef", follow=True)
    assert "--unshallow" in raised.value.hint
    assert proposals.lock("main").model.version == "fedcba"
