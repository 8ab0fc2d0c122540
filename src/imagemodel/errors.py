"""What can go wrong with a model on disk, each with its cure."""


class ImageModelError(Exception):
    """The base of every error of this package: a message of one line, and a hint that tells the cure."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CardError(ImageModelError):
    """A card or a golden set's list does not say what it must, or the model is unlike its card."""


class VerifyError(ImageModelError):
    """The files are not those that the card or the list names, or cannot be loaded."""


class ImageError(ImageModelError):
    """The bytes are no image that can be judged: not an image, cut short, or of too many pixels."""


class PredictionError(ImageModelError):
    """The model was run and gave no usable answer."""
