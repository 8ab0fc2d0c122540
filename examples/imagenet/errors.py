"""What can go wrong while the example is built, each with its cure."""


class ExampleError(Exception):
    """The example cannot be built: a message of one line, and a hint that tells the cure."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
