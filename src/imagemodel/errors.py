"""Errors of this package."""


class ImageModelError(Exception):
    """Base of this package's errors: a message of one line, and a hint with the fix."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CardError(ImageModelError):
    """A `model.json` or `golden.json` is not valid, or the network does not match its card."""


class VerifyError(ImageModelError):
    """A file is missing, unexpected or changed, or onnxruntime cannot load it."""


class ImageError(ImageModelError):
    """The image cannot be decoded, is incomplete, or is too large. `number` is its place among several."""

    number = 0


class ImageTooLargeError(ImageError):
    """The image is whole, and exceeds the limits: a smaller copy of it does not."""


class BusyError(ImageModelError):
    """Too many decodes wait for memory. The same request succeeds later."""


class PredictionError(ImageModelError):
    """The inference failed or returned unusable values."""


class NotFiniteError(PredictionError):
    """The network's output has NaN or infinity for this input."""
