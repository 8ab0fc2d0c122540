"""Approvals of a release: by a person's name, or by the reviewers that GitHub confirmed."""

from __future__ import annotations

import pytest

from seatrial.errors import RefusedError, UsageError
from seatrial.release.approval import MAX_LENGTH, NOBODY, Approval, approval
from seatrial.settings import Environment

VERIFIED = Approval("ada, octocat", "1658 attempt 1")


def environment(required: str) -> Environment:
    """Return an environment that requires this kind of approval."""
    return Environment.model_validate({"namespace": "n", "overlay": "o", "host": "h", "approval": required})


def test_a_stated_name_is_recorded_as_not_verified() -> None:
    """A name is refused where the CI's reviewers are required, and accepted as stated where a person is."""
    given = Approval("  Ada   Lovelace ")
    with pytest.raises(RefusedError, match="requires the CI's reviewers, a name is not enough") as caught:
        approval("production", environment("reviewers"), given)
    assert "run promote.yml" in caught.value.hint
    assert str(approval("production", environment("person"), given)) == "Ada Lovelace (stated, not verified)"


@pytest.mark.parametrize("required", ["person", "reviewers"])
def test_a_verified_review_satisfies_both_kinds_of_approval(required: str) -> None:
    """A review is also the approval of a person; its record has the run and its attempt."""
    found = approval("production", environment(required), VERIFIED)
    assert str(found) == "ada, octocat (review verified with GitHub, run 1658 attempt 1)"


@pytest.mark.parametrize("required", ["person", "reviewers"])
def test_without_a_name_a_required_approval_is_refused(required: str) -> None:
    """Nobody is not an approval; an environment that requires none records none."""
    with pytest.raises(RefusedError, match="production requires an approval, and there is none"):
        approval("production", environment(required), NOBODY)
    assert str(approval("local", environment(""), NOBODY)) == ""


@pytest.mark.parametrize(
    "name",
    [
        "octocat (reviewed in run 1658)",
        "octocat (review verified with GitHub, run 1658 attempt 1)",
        "octocat （review verified with GitHub）",
        "octocat, reviewed in run 1658",
        "octocat Ｒeviewed",
        "octocat - VERIFIED by GitHub",
        "octocat approved",
        "octocat [run 1658]",
    ],
)
def test_a_name_cannot_look_like_a_review(name: str) -> None:
    """A name with the words or the parentheses of a recorded review is wrong usage, also in full width."""
    for required in ("", "person", "reviewers"):
        with pytest.raises(UsageError, match=r"not a valid name|a name may not contain"):
            approval("production", environment(required), Approval(name))


@pytest.mark.parametrize("name", ["x" * (MAX_LENGTH + 1), "a\x1b[31mb", "a\u202eb", "a\u200bb"])
def test_a_name_that_is_too_long_or_not_printable_is_wrong_usage(name: str) -> None:
    """A recorded name is readable and contains no control characters."""
    with pytest.raises(UsageError, match="is not a valid name"):
        approval("production", environment("person"), Approval(name))


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Núñez, J.-P.", "李雷", "o'Brien", "ops+1@example.test", "x_1"]
)
def test_names_of_people_are_accepted(name: str) -> None:
    """Letters of every script, digits and the punctuation of names and addresses are valid."""
    assert (
        str(approval("production", environment("person"), Approval(name))) == f"{name} (stated, not verified)"
    )
