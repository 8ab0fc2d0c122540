"""propose: offer the model that `update` validated as a pull request, or commit it to main."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.http_client import NewConnections
from seatrial.model.locks.code_host import CodeHost, code_host
from seatrial.model.locks.commit import MAIN, REMOTE, Head, changed_files, lock_at_start
from seatrial.model.locks.history import earlier_locks, lock_text, require_history
from seatrial.model.locks.lock import parse_lock
from seatrial.model.locks.proposal import Proposal, differs_in_model_only, is_older
from seatrial.model.locks.pull_requests import PREFIX
from seatrial.report.text import without_links
from seatrial.results import Artefact, StageResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.update import UpdateResult
from seatrial.workspace import DIRTY, Workspace

ATTEMPTS = 5
NEXT_RUN = "run `make update propose` again, from the newest main"


class ProposeResult(StageResult):
    """What was done with the newest model: nothing, a pull request, or a commit on main.

    `url` is the pull request's, `commit` the one that changes model.lock; `closed` has the numbers of the
    pull requests of other models that were closed.
    """

    stage: Literal["propose"] = "propose"
    action: Literal["current", "opened", "renewed", "committed"]
    model: Artefact
    commit: str = ""
    url: str = ""
    closed: tuple[int, ...] = ()


def propose(
    settings: Settings, workspace: Workspace, environ: Mapping[str, str] = os.environ
) -> ProposeResult:
    """Offer the model of the last `update` as a pull request that changes model.lock alone.

    A second run renews the pull request; those of other models are closed. With `model.follow` the change is
    committed to main instead, unless the model is an older one. Raises RefusedError if main's model.lock is
    not the one that the model was validated for, the branch has other changes, or main accepts no commit;
    UsageError if update has not run on this commit; OutsideError if the remote or its service (GitHub, Azure
    Repos) fails, or the clone is shallow.
    """
    stage_run = StageRun()
    updated = workspace.read_result(UpdateResult, current=False)
    if updated.revision.removesuffix(DIRTY) != workspace.commit:
        raise UsageError("the result of update is of another commit", "run `make update` first")
    offer = _Offer(workspace, updated, code_host(workspace, environ, NewConnections()))
    main = offer.host.remote.main()
    if main.lock.model == updated.model:
        done = _Done("current", main.commit)
    elif not updated.changed:
        raise RefusedError(f"{MAIN} has another model than this commit", NEXT_RUN)
    else:
        proposal = offer.proposal(main)
        done = offer.commit(proposal) if settings.model.follow and not proposal.back else offer.open(proposal)
    return ProposeResult(
        **stage_run.fields(workspace),
        action=done.action,
        model=updated.model,
        commit=done.commit,
        url=done.url,
        closed=offer.close_others(done),
    )


@dataclass(frozen=True)
class _Done:
    action: Literal["current", "opened", "renewed", "committed"]
    commit: str
    url: str = ""
    branch: str = ""


@dataclass(frozen=True)
class _Offer:
    workspace: Workspace
    updated: UpdateResult
    host: CodeHost

    def proposal(self, main: Head) -> Proposal:
        """Return the change of main's lock. Raises RefusedError if the model was validated for another."""
        candidate = parse_lock(self.updated.lock.encode(), "the lock in the result of update")
        if lock_text(self.workspace, "HEAD") != main.text:
            raise RefusedError(f"model.lock of {MAIN} has changed since the model was validated", NEXT_RUN)
        if candidate.model != self.updated.model or not differs_in_model_only(candidate, main.lock):
            raise RefusedError("the proposed model.lock changes more than the model", NEXT_RUN)
        # Else a model that main shipped before would pass as a newer one.
        require_history(self.workspace)
        shipped = earlier_locks(self.workspace, f"refs/remotes/{REMOTE}/{MAIN}")
        return Proposal(
            before=main.lock.model,
            after=candidate.model,
            text=self.updated.lock,
            checks=self.updated.verdicts,
            # The job that wrote it ran the model, so nothing in it may reach a person or an issue.
            report=without_links(self.updated.report),
            validated_at=self.workspace.commit,
            back=is_older(candidate.model, main.lock.model, shipped),
        )

    def commit(self, proposal: Proposal) -> _Done:
        """Commit the change on the newest main, again if main gets another commit meanwhile."""
        for _ in range(ATTEMPTS):
            main = self.host.remote.main()
            self.proposal(main)
            commit = self.host.remote.commit_lock(main.commit, proposal.text, proposal.message)
            try:
                self.host.remote.push(commit, MAIN)
            except OutsideError as error:
                if self.host.remote.main().commit == main.commit:
                    hint = f"{self.host.bypass}, or set model.follow = false"
                    raise RefusedError(f"{MAIN} does not accept the commit", hint, error.log) from error
            else:
                return _Done("committed", commit)
        raise OutsideError(f"{MAIN} got another commit {ATTEMPTS} times meanwhile", NEXT_RUN)

    def open(self, proposal: Proposal) -> _Done:
        """Write the branch and open its pull request, or renew both."""
        commit = self._write_branch(proposal)
        for each in self.host.pulls.of_models():
            if each.branch == proposal.branch:
                self.host.pulls.renew(each.number, proposal.title, proposal.body)
                return _Done("renewed", commit, each.url, proposal.branch)
        url = self.host.pulls.open(proposal.branch, proposal.title, proposal.body)
        return _Done("opened", commit, url, proposal.branch)

    def close_others(self, done: _Done) -> tuple[int, ...]:
        """Close the pull requests of other models, and return their numbers."""
        others = [each for each in self.host.pulls.of_models() if each.branch != done.branch]
        for pull in others:
            model = f"{self.updated.model.name} {self.updated.model.version}"
            where = done.url or f"It is in {MAIN}, commit {done.commit}."
            self.host.pulls.close(pull, f"The channel names {model} now. {where}")
        return tuple(pull.number for pull in others)

    def _write_branch(self, proposal: Proposal) -> str:
        """Return the commit of the branch; a branch that is up to date keeps it, and with it its reviews."""
        remote = self.host.remote
        main, head = remote.main(), remote.head(proposal.branch)
        others = (
            [
                name
                for name in changed_files(self.workspace, head)
                if name != f"{self.workspace.prefix}model.lock"
            ]
            if head
            else []
        )
        if others:
            what = f"the branch {proposal.branch} has other changes ({', '.join(others[:3])})"
            raise RefusedError(what, f"merge or delete it; {PREFIX}… is for `make propose` alone")
        if head and head.text == proposal.text and lock_at_start(self.workspace, head) == main.text:
            return head.commit
        commit = remote.commit_lock(main.commit, proposal.text, proposal.message)
        remote.push(commit, proposal.branch, expected=head.commit if head else "")
        return commit
