"""The errors of the pipeline; each class has an exit code of its own."""

from __future__ import annotations


class SeatrialError(Exception):
    """A failure with a hint at its fix.

    `message` names in one line what failed and why; `hint` is the next step for the user; `log` has the last
    lines of a failed command and may be empty. None of them contains a secret.
    """

    exit_code = 30
    word = "failed"

    def __init__(self, message: str, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log

    @property
    def line(self) -> str:
        """The failure in one line: the kind and its exit code, the message, and the hint if there is one."""
        hint = f" Cure: {self.hint.rstrip('.')}." if self.hint else ""
        return " ".join(f"{self.word} ({self.exit_code}): {self.message.rstrip('.')}.{hint}".split())


class UsageError(SeatrialError):
    """Wrong usage or settings."""

    exit_code = 2
    word = "wrong usage"


class RefusedError(SeatrialError):
    """A gate refused."""

    exit_code = 10
    word = "refused"


class HeldError(SeatrialError):
    """Another deployer holds the Lease of the environment."""

    exit_code = 12
    word = "held"


class RolledBackError(SeatrialError):
    """The release failed after the switch; users are back on the stable release."""

    exit_code = 20
    word = "rolled back"


class RollbackFailedError(SeatrialError):
    """The rollback failed; the environment needs manual repair."""

    exit_code = 21
    word = "ROLLBACK FAILED"


class OutsideError(SeatrialError):
    """An external service failed or timed out: engine, disk, store, registry or cluster."""
