"""The name of a user or a group of a cluster, as a setting has it."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

GROUP: Final = "group:"
_NAME: Final = re.compile(r"(?!system:|group:)\S+")


def check_subject(name: str) -> str:
    """Return the name of a user, or of a group after `group:`.

    Raises ValueError if it is empty, has white space, or belongs to the cluster itself (`system:…`): all
    users are in such groups.
    """
    if not _NAME.fullmatch(name.removeprefix(GROUP)):
        raise ValueError("is the name of a user, or group:NAME; none of the cluster's own (system:…)")
    return name


Subject = Annotated[str, AfterValidator(check_subject)]
"""The name of a user of the cluster, or of a group after `group:`."""
