"""The result of one check of the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingState = Literal["ok", "later", "missing"]


@dataclass(frozen=True)
class Finding:
    """A row of the doctor's report.

    `state` is `ok`, `later` (absent, but `make up` installs or starts it) or `missing`. `fix` is empty
    unless there is something to do. No text contains a secret.
    """

    what: str
    state: FindingState
    detail: str
    fix: str = ""

    @property
    def row(self) -> dict[str, str]:
        """The finding for `--json`."""
        return {"what": self.what, "state": self.state, "detail": self.detail, "cure": self.fix}
