"""Decode at a smaller size with libwebp, the library that is part of Pillow's package.

Pillow itself decodes every WebP as an animation, which takes up to 20 bytes for each pixel. libwebp takes no
memory for the pixels of a lossy photo, because it scales them while it decodes.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import _webp

_ABI: Final = 0x0209
"""The version of the structures below (WEBP_DECODER_ABI_VERSION); libwebp refuses another major version."""

_MODE_RGB: Final = 0
_MODE_YUVA_MEMBERS: Final = "yuva"


class _Rgba(ctypes.Structure):
    _fields_ = (("pixels", ctypes.c_void_p), ("stride", ctypes.c_int), ("size", ctypes.c_size_t))


class _Yuva(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in _MODE_YUVA_MEMBERS),
        *((f"{name}_stride", ctypes.c_int) for name in _MODE_YUVA_MEMBERS),
        *((f"{name}_size", ctypes.c_size_t) for name in _MODE_YUVA_MEMBERS),
    )


class _Planes(ctypes.Union):
    _fields_ = (("rgba", _Rgba), ("yuva", _Yuva))


class _Output(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("colorspace", "width", "height", "is_external_memory")),
        ("planes", _Planes),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Features(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("width", "height", "has_alpha", "has_animation", "format")),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Options(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("bypass_filtering", "no_fancy_upsampling", "use_cropping")),
        *((name, ctypes.c_int) for name in ("crop_left", "crop_top", "crop_width", "crop_height")),
        *((name, ctypes.c_int) for name in ("use_scaling", "scaled_width", "scaled_height")),
        *((name, ctypes.c_int) for name in ("use_threads", "dithering_strength", "flip")),
        ("alpha_dithering_strength", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    _fields_ = (("input", _Features), ("output", _Output), ("options", _Options))


# The extension module is linked with libwebp, so its handle has libwebp's functions, wherever the library is.
_library = ctypes.CDLL(_webp.__file__)
_get_features = _library.WebPGetFeaturesInternal
_get_features.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Features), ctypes.c_int)
_init_config = _library.WebPInitDecoderConfigInternal
_init_config.argtypes = (ctypes.POINTER(_Config), ctypes.c_int)
_decode = _library.WebPDecode
_decode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Config))

_STATUS: Final = {
    1: "the data is damaged, or there is no memory",
    3: "the bitstream is invalid",
    4: "unsupported feature",
    5: "the image is truncated",
    7: "the image is truncated",
}


@dataclass(frozen=True)
class Features:
    """The header of a WebP. `lossy` is False too where the kinds are mixed or not known."""

    width: int
    height: int
    has_alpha: bool
    animated: bool
    lossy: bool


def read_features(data: bytes) -> Features:
    """Return the features of a WebP. Raises ValueError if the header is invalid or incomplete."""
    found = _Features()
    _check(_get_features(data, len(data), found, _ABI))
    return Features(
        found.width, found.height, bool(found.has_alpha), bool(found.has_animation), found.format == 1
    )


def decode_rgb(data: bytes, width: int, height: int) -> NDArray[np.uint8]:
    """Return a WebP without animation, scaled to `width` x `height`, as an array of shape (height, width, 3).

    It releases the interpreter's lock meanwhile. Raises ValueError if the data is damaged or incomplete,
    or there is no memory: libwebp reports damaged transparency as a lack of memory too.
    """
    config = _Config()
    if not _init_config(config, _ABI):
        raise ValueError("this version of libwebp is not supported")
    features = read_features(data)
    pixels = np.empty((height, width, 3), np.uint8)
    if (width, height) != (features.width, features.height):
        config.options.use_scaling = 1
        config.options.scaled_width, config.options.scaled_height = width, height
    config.output.colorspace = _MODE_RGB
    config.output.is_external_memory = 1
    config.output.planes.rgba = _Rgba(pixels.ctypes.data, width * 3, pixels.size)
    _check(_decode(data, len(data), config))
    return pixels


def _check(status: int) -> None:
    if status:
        raise ValueError(_STATUS.get(status, f"libwebp reports status {status}"))
