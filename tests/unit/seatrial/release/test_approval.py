"""Approvals of a release: by a person's name, or by the reviewers of the CI's environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.errors import RefusedError, UsageError
from seatrial.release.approval import MAX_LENGTH, Approval, approval, reviewers
from seatrial.settings import Environment


def environment(required: str) -> Environment:
    """Return an environment that requires this kind of approval."""
    return Environment.model_validate({"namespace": "n", "overlay": "o", "host": "h", "approval": required})


def review(login: str, state: str, *environments: str) -> dict[str, object]:
    """Return a review in the format of GitHub's REST API."""
    return {
        "state": state,
        "comment": "Ship it!",
        "environments": [{"id": n, "name": name} for n, name in enumerate(environments)],
        "user": {"login": login, "id": 1},
    }


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The reviews of a run: approvals and a rejection for staging and production."""
    reviews = [
        review("monalisa", "approved", "staging", "production"),
        review("hubot", "approved", "staging"),
        review("octocat", "rejected", "production"),
        review("ada", "approved", "production"),
    ]
    (tmp_path / "approvals.json").write_text(json.dumps(reviews))
    return tmp_path / "approvals.json"


def test_only_approvals_of_the_same_environment_count(document: Path) -> None:
    """A rejection, and an approval of another environment, do not approve the release."""
    assert str(reviewers(document, "production", "1658")) == "ada, monalisa (reviewed in run 1658)"


def test_an_environment_without_a_review_has_no_approval(document: Path) -> None:
    """Without a review there is no name, and an environment that requires an approval refuses."""
    found = reviewers(document, "elsewhere", "1658")
    assert str(approval("local", environment(""), found)) == ""
    for required in ("person", "reviewers"):
        with pytest.raises(RefusedError, match="production requires an approval, and there is none"):
            approval("production", environment(required), found)


def test_a_name_is_not_a_review() -> None:
    """A name is refused where the CI's reviewers are required, and accepted where a person is."""
    given = Approval("  Ada   Lovelace ")
    with pytest.raises(RefusedError, match="requires the CI's reviewers, a name is not enough") as caught:
        approval("production", environment("reviewers"), given)
    assert "APPROVALS=" in caught.value.hint
    assert str(approval("production", environment("person"), given)) == "Ada Lovelace"


@pytest.mark.parametrize("required", ["person", "reviewers"])
def test_a_review_satisfies_both_kinds_of_approval(document: Path, required: str) -> None:
    """A review by the CI is also the approval of a person."""
    found = approval("production", environment(required), reviewers(document, "production", "1658"))
    assert str(found) == "ada, monalisa (reviewed in run 1658)"


@pytest.mark.parametrize("run", ["", " ", "../1", "1) (reviewed in run 2"])
def test_reviews_outside_a_ci_run_are_refused(document: Path, run: str) -> None:
    """A file of reviews proves nothing without the id of the run that it is of."""
    with pytest.raises(RefusedError, match="accepted only inside a CI run") as caught:
        reviewers(document, "production", run)
    assert "run the workflow" in caught.value.hint


def test_a_name_cannot_look_like_a_review() -> None:
    """A name with the text of a recorded review is wrong usage."""
    with pytest.raises(UsageError, match=r"may not contain .*reviewed in run"):
        approval("production", environment("person"), Approval("octocat (reviewed in  run 1658)"))


@pytest.mark.parametrize("name", ["x" * (MAX_LENGTH + 1), "a\x1b[31mb", "a\u202eb"])
def test_a_name_that_is_too_long_or_not_printable_is_wrong_usage(name: str) -> None:
    """A recorded name is readable and contains no control characters."""
    with pytest.raises(UsageError, match="is not a valid name"):
        approval("production", environment("person"), Approval(name))


@pytest.mark.parametrize("text", ["", "{}", '{"message": "Not Found", "status": "404"}', '[{"state": 1}]'])
def test_a_malformed_list_of_reviews_is_wrong_usage(tmp_path: Path, text: str) -> None:
    """A saved error response, an incomplete file and a missing one are not approvals."""
    (tmp_path / "a.json").write_text(text)
    for name in ("a.json", "missing.json"):
        with pytest.raises(UsageError, match="is not a list of a workflow run's reviews"):
            reviewers(tmp_path / name, "production", "1658")
