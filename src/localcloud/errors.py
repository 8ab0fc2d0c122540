"""The base class of the local cloud's errors."""

from __future__ import annotations


class LocalcloudError(Exception):
    """A failure with a one-line message.

    ``hint`` is the command or action that fixes it; ``log_tail`` holds the last log lines of what failed, or
    is empty.
    """

    exit_code = 30

    def __init__(self, message: str, hint: str = "", log_tail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log_tail = log_tail
