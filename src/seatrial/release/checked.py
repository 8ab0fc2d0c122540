"""Whether an image passed `check`, or why it is released without that."""

from __future__ import annotations

from seatrial import console
from seatrial.errors import RefusedError, UsageError
from seatrial.image_reference import ImageReference
from seatrial.release.target import Target

MAX_LENGTH = 200


def require_checked(target: Target, reference: ImageReference, reason: str) -> str:
    """Return why an image is released unchecked, with its white space normalised; empty if it is checked.

    With a `reason` the statement of `check` is not read. Raises RefusedError if the environment does not
    allow that, or if there is no reason and the registry has no statement that this image passed;
    UsageError if the reason is not valid; OutsideError if the registry does not answer.
    """
    reason = " ".join(reason.split())
    if not reason:
        target.services.images.require_checked(target.settings.registry_of(target.name), reference)
        return ""
    if len(reason) > MAX_LENGTH or not reason.isprintable():
        raise UsageError(
            f"{reason[:20]!a}… is not a valid reason", f"use at most {MAX_LENGTH} printable characters"
        )
    if not target.environment.allow_unchecked:
        raise RefusedError(
            f"{target.name} does not allow images that were not checked ({reason})",
            "make build check push; only environments with allow_unchecked, such as local, release others",
        )
    console.line(f"  warning: {reference.digest[:19]}… is released unchecked: {reason}")
    return reason
