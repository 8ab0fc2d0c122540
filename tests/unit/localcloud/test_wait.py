"""Polling and retrying under a deadline."""

from __future__ import annotations

import pytest

from localcloud.wait import DeadlineError, retry, until


def test_polling_ends_with_the_first_result() -> None:
    """None and False are polled again; the first other result is returned, even an empty one."""
    results = iter([None, False, ""])

    assert until("no result", lambda: next(results), 5, every=0) == ""


def test_a_deadline_is_an_error_with_hint_and_log() -> None:
    """After the deadline the error has the failure, the deadline, the hint and the log."""
    with pytest.raises(DeadlineError, match=r"blob was not ready within 0\.01 s") as failure:
        until("blob was not ready", lambda: None, 0.01, every=0.01, hint="read it", log=lambda: "the log")

    assert (failure.value.hint, failure.value.log_tail) == ("read it", "the log")


def test_a_call_is_repeated_until_it_succeeds() -> None:
    """A call that raises the given exception is repeated."""
    errors = iter([KeyError("a"), KeyError("b")])

    def call() -> str:
        error = next(errors, None)
        if error:
            raise error
        return "done"

    assert retry(call, KeyError, seconds=5, every=0) == "done"


def test_the_last_exception_is_raised_after_the_deadline() -> None:
    """After the deadline the call's own exception is raised."""

    def call() -> None:
        raise KeyError("a")

    with pytest.raises(KeyError):
        retry(call, KeyError, seconds=0.01, every=0.01)
