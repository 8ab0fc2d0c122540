"""What all tables of seatrial.toml have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of seatrial.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")
