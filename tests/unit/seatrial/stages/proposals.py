"""A repository, a clone of it and a stand-in for gh, in which models are proposed as the workflow does it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from git_command import git
from github_cli import GitHubState
from samples import lock_to
from seatrial.check_result import Check
from seatrial.model.locks.lock import Lock, parse_lock, read_lock
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stages.propose import ProposeResult, propose
from seatrial.stages.update import UpdateResult
from seatrial.workspace import Workspace

CHECK = Check(name="loads and predicts", passed=True, detail="inputs and outputs match the card")


def artefact(version: str, name: str = "colours") -> Artefact:
    """Return a model or a golden set with a digest of its own."""
    digest = hashlib.sha256(f"{name} {version}".encode()).hexdigest()
    return Artefact(name=name, version=version, digest=f"sha256:{digest}")


@dataclass(frozen=True)
class Proposals:
    """A repository whose main ships version 1.0.0, its clone, and what the stand-in for gh has recorded."""

    clone: Path
    origin: Path
    settings: Settings
    state: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def github(self) -> GitHubState:
        """The pull requests."""
        return GitHubState(self.state)

    def update(self, version: str, report: str = "") -> None:
        """Write the result of an update to this version, in a clean checkout of the newest main."""
        self.checkout()
        workspace = Workspace(self.clone)
        lock, model = read_lock(workspace.lock), artefact(version)
        changed = lock.model != model
        text = lock_to(workspace, model, lock.golden) and workspace.lock.read_text()
        result = UpdateResult(
            working_state="w",
            revision=f"{workspace.commit}{'-dirty' if changed else ''}",
            lock_digest="l",
            started=datetime(2026, 1, 1, tzinfo=UTC),
            seconds=1,
            changed=changed,
            model=model,
            lock=text if changed else "",
            verdicts=(CHECK,) if changed else (),
            report=report,
        )
        workspace.write_result(result)
        git(self.clone, "checkout", "-q", "model.lock")

    def propose(self, *, follow: bool = False) -> ProposeResult:
        """Propose what update found."""
        model = self.settings.model.model_copy(update={"follow": follow})
        settings = self.settings.model_copy(update={"model": model})
        return propose(settings, Workspace(self.clone), self.environ)

    def run(self, version: str, *, follow: bool = False) -> ProposeResult:
        """Update to a version and propose it."""
        self.update(version)
        return self.propose(follow=follow)

    def checkout(self) -> None:
        """Check out the newest main."""
        git(self.clone, "fetch", "-q", "origin")
        git(self.clone, "checkout", "-q", "-B", "main", "origin/main")

    def lock(self, revision: str) -> Lock:
        """Return the lock of a revision of the repository."""
        return parse_lock(git(self.origin, "show", f"{revision}:model.lock").encode(), "model.lock")

    def merge(self, branch: str) -> None:
        """Merge a branch to main, as a fast-forward."""
        git(self.origin, "update-ref", "refs/heads/main", f"refs/heads/{branch}")

    def push_file(self, name: str, branch: str = "main", *, target: str = "") -> str:
        """Push a commit with another file on `branch` to it, or to `target`; return its SHA."""
        git(self.clone, "fetch", "-q", "origin")
        git(self.clone, "checkout", "-q", "--detach", f"origin/{branch}")
        (self.clone / name).write_text("another change\n")
        return self._push(target or branch, f"Add {name}")

    def push_lock(self, version: str, golden: str = "1.0.0", *, target: str = "main") -> str:
        """Push a commit on main with this lock to a branch; return its SHA."""
        self.checkout()
        lock_to(Workspace(self.clone), artefact(version), artefact(golden, "colour-photos"))
        git(self.clone, "checkout", "-q", "--detach")
        return self._push(target, f"Ship {version}")

    def _push(self, branch: str, subject: str) -> str:
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "-q", "-m", subject)
        git(self.clone, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return git(self.clone, "rev-parse", "HEAD")


def make_proposals(workspace: Workspace, settings: Settings, state: Path) -> Proposals:
    """Return a repository with one commit, beside the workspace, which becomes its clone."""
    lock_to(workspace, artefact("1.0.0"), artefact("1.0.0", "colour-photos"))
    clone, origin = workspace.root, workspace.root.parent / "origin.git"
    git(clone, "branch", "-M", "main")
    git(clone, "add", "model.lock")
    git(clone, "commit", "-q", "-m", "Ship 1.0.0")
    git(clone, "clone", "-q", "--bare", ".", str(origin))
    git(clone, "remote", "add", "origin", str(origin))
    return Proposals(clone, origin, settings, state)
