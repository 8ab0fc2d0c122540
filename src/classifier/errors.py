"""What can go wrong in the app, and the HTTP status that says which."""

from __future__ import annotations


class ClassifierError(Exception):
    """The base of every error of this package: one line of what, and a hint that tells the cure."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(ClassifierError):
    """The environment holds a value that the app cannot run with."""


class RequestError(ClassifierError):
    """The client's request cannot be answered; `status` is the HTTP status that it gets."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
