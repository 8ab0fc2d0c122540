"""One thing that was looked at, and what was found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "later", "missing"]


@dataclass(frozen=True)
class Finding:
    """A row of the doctor's report.

    `state` is `ok`, `later` (not there, and nothing needs it before `make up` brings it) or
    `missing`; `cure` says what to do and is empty where all is well. Neither text holds a secret.
    """

    what: str
    state: State
    detail: str
    cure: str = ""

    @property
    def row(self) -> dict[str, str]:
        """The same for machines."""
        return asdict(self)
