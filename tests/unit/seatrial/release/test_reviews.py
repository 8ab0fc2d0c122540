"""The reviews of a CI run: verified with GitHub, or stated by a file. GitHub is a local HTTP server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from github_api import TOKEN, GitHubStandIn, review, serving_github
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.http_client import NewConnections
from seatrial.release.approval import Approval
from seatrial.release.reviews import github_run, stated_reviews, verified_reviews

HTTP = NewConnections()
REVIEWS = [
    review("monalisa", "approved", "staging", "production"),
    review("hubot", "approved", "staging"),
    review("mallory", "rejected", "production"),
    review("ada", "approved", "production"),
]


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    """GitHub with approvals and a rejection for staging and production."""
    with serving_github() as served:
        served.reviews = REVIEWS
        yield served


def test_only_approvals_of_the_environment_count(github: GitHubStandIn) -> None:
    """A rejection, and an approval of another environment, do not approve the release."""
    found = verified_reviews(github.job, "production", HTTP)
    assert found == Approval("ada, monalisa", "1658 attempt 1")
    assert str(found) == "ada, monalisa (review verified with GitHub, run 1658 attempt 1)"
    assert github.paths == ["/actions/runs/1658", "/actions/runs/1658/approvals"]
    assert github.authorizations == {f"Bearer {TOKEN}"}


def test_an_environment_without_a_review_has_no_approval(github: GitHubStandIn) -> None:
    """Nobody approved another environment, and there is no name."""
    assert verified_reviews(github.job, "elsewhere", HTTP) == Approval()


@pytest.mark.parametrize(
    "other", [{"status": "completed"}, {"run_attempt": 2}, {"id": 1657}], ids=["ended", "attempt", "id"]
)
def test_the_reviews_of_another_run_are_refused(github: GitHubStandIn, other: dict[str, object]) -> None:
    """A run that has ended, and another attempt of it, was reviewed for another release."""
    github.run.update(other)
    with pytest.raises(RefusedError, match="run 1658, attempt 1, is not in progress on GitHub"):
        verified_reviews(github.job, "production", HTTP)


@pytest.mark.parametrize("status", [302, 401, 403, 404, 500, 503])
def test_an_answer_that_confirms_nothing_is_no_approval(github: GitHubStandIn, status: int) -> None:
    """The error has the status and the fix, and never the token."""
    github.status = status
    with pytest.raises(
        OutsideError, match=f"does not confirm the reviews of run 1658: status {status}"
    ) as caught:
        verified_reviews(github.job, "production", HTTP)
    assert ("actions: read" in caught.value.hint) == (status in (401, 403, 404))
    assert TOKEN not in f"{caught.value} {caught.value.hint} {github.job}"


@pytest.mark.parametrize("body", [{}, [{"state": 1}], "approved", None, [{"state": "approved"}]])
def test_an_answer_that_is_not_a_list_of_reviews_is_no_approval(github: GitHubStandIn, body: object) -> None:
    """A malformed answer is an error of the outside system."""
    github.reviews = body
    with pytest.raises(OutsideError, match="its answer is not valid"):
        verified_reviews(github.job, "production", HTTP)


def test_github_that_does_not_respond_is_no_approval() -> None:
    """A connection that fails is an error of the outside system, without the token."""
    with serving_github() as gone:
        job = gone.job
    with pytest.raises(
        OutsideError, match="does not confirm the reviews of run 1658: it refuses connections"
    ) as caught:
        verified_reviews(job, "production", HTTP)
    assert TOKEN not in str(caught.value)


def test_the_run_is_that_of_githubs_own_variables(github: GitHubStandIn) -> None:
    """Outside of GitHub Actions, and without a token, no run is assumed."""
    assert github_run(github.environ) == github.job
    for missing in ("GITHUB_ACTIONS", "GITHUB_TOKEN"):
        assert github_run({**github.environ, missing: ""}) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_API_URL", "http://github.example"),
        ("GITHUB_API_URL", "https://user@github.example"),
        ("GITHUB_REPOSITORY", "owner/name/../other"),
        ("GITHUB_RUN_ID", "1658/../1"),
        ("GITHUB_RUN_ID", ""),
        ("GITHUB_RUN_ATTEMPT", "x"),
    ],
)
def test_a_variable_that_github_does_not_set_so_is_wrong_usage(
    github: GitHubStandIn, name: str, value: str
) -> None:
    """No request with a token is sent to an address that is not GitHub's, or for another resource."""
    with pytest.raises(UsageError, match=f"{name} is not as GitHub Actions sets it"):
        github_run({**github.environ, name: value})


def test_a_file_states_reviews_without_a_run(tmp_path: Path) -> None:
    """Anybody can write the file, so its names are recorded as stated."""
    (tmp_path / "a.json").write_text(json.dumps(REVIEWS))
    assert str(stated_reviews(tmp_path / "a.json", "production")) == "ada, monalisa (stated, not verified)"


@pytest.mark.parametrize("text", ["", "{}", '{"message": "Not Found", "status": "404"}', '[{"state": 1}]'])
def test_a_malformed_list_of_reviews_is_wrong_usage(tmp_path: Path, text: str) -> None:
    """A saved error response, an incomplete file and a missing one are not approvals."""
    (tmp_path / "a.json").write_text(text)
    for name in ("a.json", "missing.json"):
        with pytest.raises(UsageError, match="is not a list of a workflow run's reviews"):
            stated_reviews(tmp_path / name, "production")
