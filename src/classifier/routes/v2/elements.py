"""Turn the data of an input into an array or into encoded photos."""

from __future__ import annotations

import array
import math
import struct
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifier.errors import RequestError
from classifier.routes.encoding import decode_base64
from imagemodel.card import InputSpec

Shape = tuple[int, ...]
Data = list[Any] | memoryview
_TYPECODES: Final = {"float32": "f", "uint8": "B"}


def read_tensor(shape: Shape, data: Data, spec: InputSpec, max_images: int) -> NDArray[Any]:
    """Return `data` as a batch of preprocessed images with the shape and dtype of `spec`.

    Raises RequestError 400 if shape, number or values of the elements do not fit, 413 if there are more than
    `max_images` images.
    """
    if len(shape) != 4 or shape[1:] != spec.shape:
        expected = ", ".join(map(str, spec.shape))
        raise RequestError(400, f"shape {list(shape)} does not fit the model: [images, {expected}]")
    check_images(shape[0], max_images)
    if isinstance(data, list):
        values = _from_list(shape, data, spec.dtype)
    else:
        values = _from_binary(shape, data, spec.dtype)
    if spec.dtype == "float32" and not np.isfinite(values).all():
        raise RequestError(400, "a value of the tensor is not finite in FP32")
    return values.reshape(shape)


def read_photos(shape: Shape, data: Data, max_images: int) -> list[bytes]:
    """Return the encoded photos of an input of type BYTES, in the order of its elements.

    In JSON an element is a photo in base64, in binary data its length in 4 bytes and the photo. Raises
    RequestError 400 if number or form of the elements do not fit, 413 if there are more than `max_images`.
    """
    count = math.prod(shape)
    check_images(count, max_images)
    photos = _decoded(flattened(shape, data)) if isinstance(data, list) else _split(data, count)
    if len(photos) != count:
        raise _wrong_number(len(photos), shape)
    return photos


def check_images(count: int, max_images: int) -> None:
    """Raise RequestError 400 for no image, 413 for more than `max_images`."""
    if count < 1:
        raise RequestError(400, "the input has no image")
    if count > max_images:
        raise RequestError(413, f"too many images: {count}, the limit is {max_images}", "send fewer images")


def flattened(shape: Shape, data: list[Any]) -> list[Any]:
    """Return the elements of `data`. Raises RequestError 400 unless it is flat, or nested as `shape`."""
    for inner in shape[1:]:
        if not data or not isinstance(data[0], list):
            break
        if not all(isinstance(row, list) and len(row) == inner for row in data):
            raise RequestError(400, f"data is nested in another way than the shape {list(shape)}")
        data = list(chain.from_iterable(data))
    if len(data) != math.prod(shape):
        raise _wrong_number(len(data), shape)
    return data


def _wrong_number(found: int, shape: Shape) -> RequestError:
    return RequestError(400, f"{found} elements do not fit the shape {list(shape)}")


def _from_list(shape: Shape, data: list[Any], dtype: str) -> NDArray[Any]:
    try:
        # Strict: a string is no number, and 256 is no UINT8.
        values = array.array(_TYPECODES[dtype], flattened(shape, data))
    except (TypeError, OverflowError) as error:
        raise RequestError(400, f"a value of the tensor does not fit its datatype: {error}") from error
    return np.frombuffer(values, dtype)


def _from_binary(shape: Shape, data: memoryview, dtype: str) -> NDArray[Any]:
    little_endian = np.dtype(dtype).newbyteorder("<")
    if len(data) != math.prod(shape) * little_endian.itemsize:
        raise RequestError(400, f"{len(data)} bytes do not fit the shape {list(shape)}")
    # The network needs aligned memory; the tensor begins wherever the JSON object ends.
    return np.require(np.frombuffer(data, little_endian), dtype, ["C", "A"])


def _decoded(elements: Sequence[Any]) -> list[bytes]:
    try:
        return [decode_base64(each) for each in elements]
    except (TypeError, ValueError, AttributeError) as error:
        raise RequestError(
            400, "an element of type BYTES is not base64", "send the photo in base64, or as binary data"
        ) from error


def _split(data: memoryview, count: int) -> list[bytes]:
    photos: list[bytes] = []
    start = 0
    while start < len(data) and len(photos) < count:
        if start + 4 > len(data):
            break
        (size,) = struct.unpack_from("<I", data, start)
        photos.append(bytes(data[start + 4 : start + 4 + size]))
        start += 4 + size
    if start != len(data):
        raise RequestError(
            400,
            "the binary data are not elements of type BYTES",
            "send each as its length, 4 bytes in little-endian order, and its bytes",
        )
    return photos
