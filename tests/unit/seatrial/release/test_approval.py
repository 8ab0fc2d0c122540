"""Who approved a release: typed in, or as the CI's environment was reviewed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.errors import RefusedError, UsageError
from seatrial.release.approval import Approval, approval, reviewers
from seatrial.settings import Environment


def _asks(kind: str) -> Environment:
    return Environment.model_validate({"namespace": "n", "overlay": "o", "host": "h", "approval": kind})


def _review(login: str, state: str, *names: str) -> dict[str, object]:
    return {
        "state": state,
        "comment": "Ship it!",
        "environments": [{"id": n, "name": name} for n, name in enumerate(names)],
        "user": {"login": login, "id": 1},
    }


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A run whose releases to staging and production were reviewed by several."""
    reviews = [
        _review("monalisa", "approved", "staging", "production"),
        _review("hubot", "approved", "staging"),
        _review("octocat", "rejected", "production"),
        _review("ada", "approved", "production"),
    ]
    (tmp_path / "approvals.json").write_text(json.dumps(reviews))
    return tmp_path / "approvals.json"


def test_only_whoever_approved_that_environment_counts(document: Path) -> None:
    """A rejection is no approval, and one of another environment is none of this."""
    assert str(reviewers(document, "production", "1658")) == "ada, monalisa (reviewed in run 1658)"


def test_where_nobody_approved_it_is_refused(document: Path) -> None:
    """An environment without reviewers lets a job through: nobody's name is invented."""
    found = reviewers(document, "elsewhere", "1658")
    assert str(approval("local", _asks(""), found)) == ""
    for kind in ("person", "reviewers"):
        with pytest.raises(RefusedError, match="nobody gave one"):
            approval("production", _asks(kind), found)


def test_a_typed_name_is_no_review() -> None:
    """Where the CI's reviewers are asked for, a name that somebody typed in is refused; else it is taken."""
    typed = Approval("  Ada   Lovelace ")
    with pytest.raises(RefusedError, match="a name typed in is not enough") as caught:
        approval("production", _asks("reviewers"), typed)
    assert "APPROVALS=" in caught.value.hint
    assert str(approval("production", _asks("person"), typed)) == "Ada Lovelace"


@pytest.mark.parametrize("kind", ["person", "reviewers"])
def test_a_review_is_taken_wherever_an_approval_is_asked_for(document: Path, kind: str) -> None:
    """Whom the CI names has approved, by hand or not."""
    found = approval("production", _asks(kind), reviewers(document, "production", "1658"))
    assert str(found) == "ada, monalisa (reviewed in run 1658)"


@pytest.mark.parametrize("run", ["", " ", "../1", "1) (reviewed in run 2"])
def test_a_list_of_reviews_outside_a_run_is_refused(document: Path, run: str) -> None:
    """By hand anybody could write one: it counts only beside the run whose reviews it is."""
    with pytest.raises(RefusedError, match="taken from a CI run") as caught:
        reviewers(document, "production", run)
    assert "let the workflow do it" in caught.value.hint


def test_a_typed_name_never_reads_as_a_review() -> None:
    """What is recorded tells a review from a name that somebody typed in."""
    with pytest.raises(UsageError, match="says that it was reviewed"):
        approval("production", _asks("person"), Approval("octocat (reviewed in  run 1658)"))


@pytest.mark.parametrize("text", ["", "{}", '{"message": "Not Found", "status": "404"}', '[{"state": 1}]'])
def test_what_is_no_list_of_reviews_is_wrong_usage(tmp_path: Path, text: str) -> None:
    """An error that was saved in its place, or half a file, is never an approval."""
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UsageError, match="no list of a workflow run's reviews"):
        reviewers(tmp_path / "a.json", "production", "1658")
    with pytest.raises(UsageError, match="no list"):
        reviewers(tmp_path / "none.json", "production", "1658")
