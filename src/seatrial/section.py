"""What all tables of seatrial.toml have in common."""

from __future__ import annotations

from os.path import expanduser
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

UserPath = Annotated[str, AfterValidator(expanduser)]
"""A path, in which a leading `~` is the home directory."""


class Section(BaseModel):
    """A table of seatrial.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")
