"""The result of one check: passed, failed, or not judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

UNJUDGED = "not judged, "
Status = Literal["passed", "failed", "not judged"]
# How the detail began when older versions had nothing to compare with.
OLDER_WORDS = "not compared"


class Check(BaseModel):
    """One check: its name, whether it passed, and the measured detail.

    `judged` is False if there was nothing to measure or to compare with. Such a check refuses nothing, so
    `passed` is True, unless the comparison is demanded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    passed: bool
    detail: str
    judged: bool = True

    @property
    def status(self) -> Status:
        """The result in words; a demanded check that was not judged has failed."""
        if not self.passed:
            return "failed"
        return "passed" if self.judged else "not judged"

    @property
    def reason(self) -> str:
        """The detail, without the words that a status `not judged` repeats."""
        return self.detail.removeprefix(UNJUDGED) if self.status == "not judged" else self.detail

    @model_validator(mode="before")
    @classmethod
    def _read_older_words(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and "judged" not in fields:
            older = str(fields.get("detail", "")).startswith(OLDER_WORDS)
            return {**fields, "judged": not older}
        return fields


def not_judged(name: str, why: str, *, demanded: bool = False, setting: str = "demand_comparison") -> Check:
    """Return a check that was not judged, with the reason; it fails if the `setting` demands it."""
    demand = f"; {setting} requires it" if demanded else ""
    return Check(name=name, passed=not demanded, detail=f"{UNJUDGED}because {why}{demand}", judged=False)


def tally(checks: Iterable[Check]) -> str:
    """Return the counts in one line, as in `7 of 9 checks passed, 1 not judged`."""
    found = [check.status for check in checks]
    missing = found.count("not judged")
    return f"{found.count('passed')} of {len(found)} checks passed" + (
        f", {missing} not judged" if missing else ""
    )
