"""What can go wrong with a model on disk, each with its cure."""


class ModelkitError(Exception):
    """The base of every error of this package: a message of one line, and a hint that tells the cure."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CardError(ModelkitError):
    """A card or a golden set's list does not say what it must, or the model is unlike its card."""


class VerifyError(ModelkitError):
    """The files are not those that the card or the list names, or cannot be loaded."""


class ImageError(ModelkitError):
    """The bytes are no image that can be judged: not an image, cut short, or of too many pixels."""


class PredictionError(ModelkitError):
    """The model was run and gave no usable answer."""
