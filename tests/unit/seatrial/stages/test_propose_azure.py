"""propose to a repository in Azure Repos, with git and a stand-in for its REST API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from azure_repos import LONGEST, TOKEN, AzureReposStandIn, refused, serving_azure_repos
from git_command import git
from git_hooks import install_hook
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.http_client import NewConnections
from seatrial.model.locks.code_host import code_host
from seatrial.model.locks.github_pulls import GitHubPullRequests
from seatrial.stages.propose import ProposeResult
from seatrial.workspace import Workspace
from unit.seatrial.stages.proposals import Proposals

CONTRIBUTE = "#!/bin/sh\necho \"TF401027: You need the Git 'GenericContribute' permission\" >&2\nexit 1\n"
REFUSAL = "#!/bin/sh\necho 'TF402455: Pushes to this branch are not permitted' >&2\nexit 1\n"


@dataclass(frozen=True)
class AzureProposals:
    """A repository in Azure Repos whose main ships version 1.0.0, and its clone in a run of a pipeline."""

    proposals: Proposals
    azure: AzureReposStandIn

    def run(self, version: str, *, report: str = "", follow: bool = False) -> ProposeResult:
        """Update to a version and propose it."""
        self.proposals.update(version, report)
        return self.proposals.propose(follow=follow)

    def texts(self, number: int) -> list[str]:
        """Return the comments of a pull request that no system wrote, and assert that none is active."""
        threads = [each for each in self.azure.threads[number] if "status" in each]
        assert {each["status"] for each in threads} <= {"closed"}
        return [each["comments"][0]["content"] for each in threads]


@pytest.fixture
def models(proposals: Proposals) -> Iterator[AzureProposals]:
    """The repository; git reaches it in its directory, under the address of the stand-in."""
    with serving_azure_repos(proposals.origin) as azure:
        git(proposals.clone, "remote", "set-url", "origin", azure.address)
        git(proposals.clone, "config", f"url.{proposals.origin}.insteadOf", azure.address)
        yield AzureProposals(replace(proposals, environ=azure.environ), azure)


def test_a_newer_model_becomes_a_pull_request_and_a_second_run_renews_it(models: AzureProposals) -> None:
    """As at GitHub: model.lock alone, one pull request, whose commit stays."""
    first = models.run("1.1.0")
    (pull,) = models.azure.pulls
    assert (first.action, first.url) == ("opened", f"{models.azure.address}/pullrequest/1")
    assert (pull["title"], pull["sourceRefName"]) == (
        "Ship model colours 1.1.0",
        "refs/heads/model/colours-1.1.0",
    )
    assert git(models.proposals.origin, "diff", "--name-only", "main", "model/colours-1.1.0") == "model.lock"
    newest = models.proposals.push_file("code.py")
    second = models.run("1.1.0")
    assert (second.action, second.commit, second.url) == ("renewed", first.commit, first.url)
    assert newest in models.azure.pulls[0]["description"]
    assert models.texts(1) == []
    assert models.azure.authorizations == {f"Bearer {TOKEN}"}


def test_a_longer_report_is_a_comment_that_is_renewed(models: AzureProposals) -> None:
    """A description ends at a line and refers to the comment, which no branch policy waits for."""
    report = "".join(f"row {number}\n" for number in range(1, 1500))
    models.run("1.1.0", report=report)
    description = models.azure.pulls[0]["description"]
    assert LONGEST - 200 < len(description) <= LONGEST
    assert "whole text is in a comment" in description.splitlines()[-1]
    assert description.splitlines()[-3].startswith("row ")
    (text,) = models.texts(1)
    assert "row 1499" in text
    models.run("1.1.0", report=report.replace("row", "line"))
    (text,) = models.texts(1)
    assert "line 1499" in text


def test_a_newer_version_abandons_the_pull_request_of_the_older(models: AzureProposals) -> None:
    """With a comment, and without its branch; those of a fork and to another branch stay."""
    models.run("1.1.0")
    source = {"sourceRefName": "refs/heads/model/other", "title": "theirs"}
    models.azure.add(**source, targetRefName="refs/heads/main", forkSource={"name": "refs/heads/model/other"})
    models.azure.add(**source, targetRefName="refs/heads/release")
    models.azure.add(sourceRefName="refs/heads/feature", targetRefName="refs/heads/main", title="theirs")
    assert models.run("1.2.0").closed == (1,)
    assert [pull["status"] for pull in models.azure.pulls] == ["abandoned", *4 * ["active"]]
    assert "The channel names colours 1.2.0 now." in models.texts(1)[0]
    assert git(models.proposals.origin, "branch", "--list", "model/*").split() == ["model/colours-1.2.0"]


def test_a_branch_that_is_deleted_already_is_no_fault(models: AzureProposals) -> None:
    """Somebody deleted the branch of a pull request that is still open."""
    models.run("1.1.0")
    git(models.proposals.origin, "branch", "-D", "model/colours-1.1.0")
    assert models.run("1.2.0").closed == (1,)


def test_with_follow_the_model_is_committed_to_main(
    models: AzureProposals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull request from before the setting is abandoned; the author of a job is Azure Pipelines."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    models.run("1.1.0")
    result = models.run("1.1.0", follow=True)
    assert (result.action, result.closed) == ("committed", (1,))
    committed = git(models.proposals.origin, "log", "-1", "--format=%an: %s", "main")
    assert committed == "Azure Pipelines: Ship model colours 1.1.0"
    assert models.azure.active == []


def test_a_main_with_a_branch_policy_is_a_refusal_with_the_right_that_lacks(models: AzureProposals) -> None:
    """The right is the build service's, not that of an app."""
    install_hook(models.proposals.origin, REFUSAL)
    with pytest.raises(RefusedError, match="main does not accept the commit") as raised:
        models.run("1.1.0", follow=True)
    assert "let the build service bypass policies when pushing" in raised.value.hint
    assert "TF402455" in raised.value.log


@pytest.mark.parametrize("status", [203, 302, 401, 403, 404, 409, 500])
def test_a_refusal_has_the_reason_and_the_right_and_never_the_token(
    models: AzureProposals, status: int
) -> None:
    """The branch stays, and the next run opens the pull request of the same commit."""
    models.azure.failure = refused(
        "TF401027: You need the Git 'PullRequestContribute' permission\r\nto do it", status
    )
    with pytest.raises(OutsideError, match=f"Azure DevOps refused .* status {status}") as raised:
        models.run("1.1.0")
    assert ("Contribute to pull requests" in raised.value.hint) == (status in (203, 302, 401, 403, 404))
    assert "permission to do it" in raised.value.message
    assert TOKEN not in f"{raised.value!r} {raised.value.hint} {raised.value.log}"
    written = git(models.proposals.origin, "rev-parse", "model/colours-1.1.0")
    models.azure.failure = None
    result = models.run("1.1.0")
    assert (result.action, result.commit) == ("opened", written)


@pytest.mark.parametrize("answer", [{}, {"value": [{"pullRequestId": "x"}]}, "a page", None])
def test_a_malformed_answer_is_an_error_of_azure_devops(models: AzureProposals, answer: object) -> None:
    """For example that of a proxy."""
    models.azure.failure = 200, answer
    with pytest.raises(OutsideError, match="the answer of Azure DevOps is not valid"):
        models.run("1.1.0")


def test_the_token_of_a_run_is_sent_to_its_own_organization_only(models: AzureProposals) -> None:
    """A clone of another one is wrong usage, before any request."""
    other = {**models.azure.environ, "SYSTEM_COLLECTIONURI": f"{models.azure.url}/fabrikam2/"}
    with pytest.raises(UsageError, match="not in the organization of this run"):
        code_host(Workspace(models.proposals.clone), other, NewConnections())
    assert models.azure.authorizations == set()


def test_git_signs_in_with_the_token_of_the_run(models: AzureProposals) -> None:
    """The header reaches the server by variables of git; the stand-in is no git server, so git fails."""
    git(models.proposals.clone, "config", "--unset", f"url.{models.proposals.origin}.insteadOf")
    host = code_host(Workspace(models.proposals.clone), models.azure.environ, NewConnections())
    with pytest.raises(OutsideError) as raised:
        host.remote.main()
    assert models.azure.authorizations == {f"Bearer {TOKEN}"}
    assert TOKEN not in f"{raised.value!r} {raised.value.hint} {raised.value.log} {host}"


def test_a_push_that_is_refused_has_the_right_that_lacks(models: AzureProposals) -> None:
    """The build service may read the repository and no more, as in a new project."""
    install_hook(models.proposals.origin, CONTRIBUTE)
    with pytest.raises(OutsideError) as raised:
        models.run("1.1.0")
    assert "give the build service Contribute" in raised.value.hint
    assert "GenericContribute" in raised.value.log
    assert models.azure.pulls == []


def test_a_repository_at_github_is_not_given_the_token_of_azure_pipelines(models: AzureProposals) -> None:
    """Pull requests are opened by gh, with a token of its own."""
    git(models.proposals.clone, "remote", "set-url", "origin", "https://github.com/owner/name.git")
    host = code_host(Workspace(models.proposals.clone), models.azure.environ, NewConnections())
    assert isinstance(host.pulls, GitHubPullRequests)
    assert host.remote.access.environment == {}
