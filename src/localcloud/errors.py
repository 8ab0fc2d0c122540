"""What the local cloud says when it cannot go on."""

from __future__ import annotations


class LocalcloudError(Exception):
    """A failure told in one line, with its cure and the end of the log that shows it.

    ``hint`` says what to do next; ``log_tail`` is the last lines of the part that failed, or nothing.
    """

    def __init__(self, message: str, hint: str = "", log_tail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log_tail = log_tail
