"""Turn an image file into the array of numbers that the network takes, as described by its card.

The steps of `preprocess`, in order:

1. Open: read the header of a JPEG, PNG or WebP, and refuse an image that is too large.
2. Decode: the first frame. A large JPEG or WebP is decoded at a half, a quarter or an eighth of its size.
3. Convert to 8 bits per channel, RGB or grey. The alpha channel is dropped.
4. Apply the orientation that the camera recorded in the EXIF data.
5. Resize and crop to `width` x `height` in one resampling with the card's `interpolation`. ``stretch``
   resizes the whole image; ``shortest-side-then-centre-crop`` resizes the shorter side to `shortest_side`
   and cuts out the centre.
6. Convert to the card's `channels`: RGB, BGR or GRAY (ITU-R 601 luma).
7. Normalise each channel in float32: ``(pixel * scale - mean) / std`` with pixels from 0 to 255.
8. Arrange in the card's `layout` (NCHW or NHWC) and convert to its `dtype` (uint8 is rounded and clipped).

`ImageClassifier.prepare` then stacks the arrays of several images to a batch.
"""

import math
from typing import Any, Final

from numpy.typing import NDArray

from imagemodel.card import InputSpec
from imagemodel.decode import resizing
from imagemodel.decode.budget import Budget
from imagemodel.decode.formats import FORMATS, read_photo
from imagemodel.decode.orientation import UPRIGHT
from imagemodel.decode.photo import COMPLETE, Photo
from imagemodel.errors import ImageError
from imagemodel.tensor import to_tensor

__all__ = ["FORMATS", "preprocess"]

_DRAFT_MARGIN: Final = 2.2
"""A JPEG or WebP is decoded at no less than this many times the target size: the resize still smooths it.

Measured by `bench.decode` on the 42 photos of the example's evaluation set: 253 of 255 variants have the
label of full decoding, 252 at 1.96. For an input of 256, a photo of 4:3 with 3024 pixels is still decoded at
a quarter, one of 3:2 at a half.
"""


def preprocess(data: bytes, spec: InputSpec, budget: Budget | None = None) -> NDArray[Any]:
    """Return the image file `data` as an array of shape `spec.shape` and dtype `spec.dtype`.

    The module's docstring lists the steps. `budget` bounds the memory of all decodes that share it; without
    one only the default limits hold. Raises ImageError if `data` is not a complete JPEG, PNG or WebP, or,
    before any pixel is decoded, if it exceeds the limits; BusyError if too many decodes wait for memory.
    """
    return preprocess_photo(read_photo(data), spec, budget)


def preprocess_photo(photo: Photo, spec: InputSpec, budget: Budget | None = None) -> NDArray[Any]:
    """Return what `preprocess` returns, of a photo whose header was read. Raises what `preprocess` raises."""
    with (budget or Budget(max_waiting=None)).reserve(photo, decoding_memory(photo, spec)):
        try:
            image = photo.decode(_least_side(spec))
            resized = resizing.resize(image, spec, photo.orientation)
        except MemoryError:
            raise
        # On invalid data Pillow's decoders also raise struct.error, SyntaxError, IndexError and others.
        except Exception as error:
            raise ImageError(f"the image cannot be decoded: {_reason(error)}", COMPLETE) from error
    return to_tensor(resized, spec)


def preprocess_whole(data: bytes, spec: InputSpec) -> NDArray[Any]:
    """Return what `preprocess` returns, of an image that is decoded at its full size whatever that takes.

    It is the reference with which the labels of `preprocess` are compared.
    """
    photo = read_photo(data)
    resized = resizing.resize(photo.decode(max(photo.width, photo.height)), spec, photo.orientation)
    return to_tensor(resized, spec)


def decoding_memory(photo: Photo, spec: InputSpec) -> int:
    """Return the bytes that decoding and resizing `photo` take at most."""
    side = _least_side(spec)
    size = resizing.upright_size(photo.decoded_size(side), photo.orientation)
    converted = photo.converted or photo.orientation != UPRIGHT
    return photo.memory(side) + resizing.memory(size, converted, spec)


def _least_side(spec: InputSpec) -> int:
    return math.ceil(max(spec.height, spec.width, spec.shortest_side) * _DRAFT_MARGIN)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
