"""Errors of the app."""

from __future__ import annotations


class ClassifierError(Exception):
    """Base of this package's errors: a message of one line, and a hint with the fix."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(ClassifierError):
    """An environment variable has an invalid value."""


class RequestError(ClassifierError):
    """The request is invalid. `status` is the HTTP status of the response."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
