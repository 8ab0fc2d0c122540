"""Errors of the example's build."""


class ExampleError(Exception):
    """The example cannot be built: a message of one line, and a hint with the fix."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
