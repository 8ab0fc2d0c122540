"""What can go wrong, and the exit code that says which."""

from __future__ import annotations


class SeatrialError(Exception):
    """A failure with its cure.

    `message` says what failed and why, in one line; `hint` says what to do next; `log` holds the
    last lines of whatever failed, for the reader, and may be empty. Neither holds a secret.
    """

    exit_code = 30
    word = "failed"

    def __init__(self, message: str, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log


class UsageError(SeatrialError):
    """Wrong usage or settings."""

    exit_code = 2
    word = "wrong usage"


class RefusedError(SeatrialError):
    """A gate refused."""

    exit_code = 10
    word = "refused"


class HeldError(SeatrialError):
    """Somebody else holds the environment."""

    exit_code = 12
    word = "held"


class RolledBackError(SeatrialError):
    """The rollout failed and was undone."""

    exit_code = 20
    word = "rolled back"


class RollbackFailedError(SeatrialError):
    """The rollback itself failed: somebody must act."""

    exit_code = 21
    word = "ROLLBACK FAILED"


class OutsideError(SeatrialError):
    """Something outside failed or did not answer in time: engine, disk, store, registry, cluster."""
