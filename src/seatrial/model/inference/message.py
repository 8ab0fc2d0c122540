"""What goes to a subprocess and back, as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """A task or a result: immutable, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
