"""Read the tensors of a PyTorch checkpoint in the legacy (pre-1.6) format, without running its code."""

import collections
import io
import pickle
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from examples.imagenet.errors import ExampleError

Weights = dict[str, NDArray[Any]]

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_TYPES: Final = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class _StoredTensor:
    """A pickled tensor; `storage` is ("storage", type, key, device, count, view)."""

    storage: tuple[Any, ...]
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def _rebuild(
    storage: tuple[Any, ...], offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> _StoredTensor:
    return _StoredTensor(storage, offset, tuple(shape), tuple(stride))


class _Unpickler(pickle.Unpickler):
    """Resolves only the three names that a checkpoint of plain tensors needs."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a checkpoint of tensors")

    def persistent_load(self, pid: Any) -> Any:
        return pid


def read_weights(raw: bytes) -> Weights:
    """Return the tensors of the checkpoint `raw` by name, each contiguous and with its stored dtype.

    Raises ExampleError if `raw` has another format, is truncated, or contains anything but plain tensors.
    """
    try:
        return _read(io.BytesIO(raw))
    except (
        pickle.UnpicklingError,
        struct.error,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        raise ExampleError(f"the weights cannot be read: {error}") from error


def _read(file: BinaryIO) -> Weights:
    magic, _protocol, _system, tensors, keys = (_Unpickler(file).load() for _ in range(5))
    if magic != _MAGIC:
        raise ValueError("not a checkpoint in the legacy format")
    types = {tensor.storage[2]: tensor.storage[1] for tensor in tensors.values()}
    storages = {key: _storage(file, types[key]) for key in keys}
    return {name: _array(storages[tensor.storage[2]], tensor) for name, tensor in tensors.items()}


def _storage(file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * dtype.itemsize), dtype, count)


def _array(storage: NDArray[Any], tensor: _StoredTensor) -> NDArray[Any]:
    # A tensor may be a transposed view of its storage, so the strides must be applied.
    steps = [(length - 1) * stride for length, stride in zip(tensor.shape, tensor.stride, strict=True)]
    if min([tensor.offset, *steps], default=0) < 0 or tensor.offset + sum(steps) >= len(storage):
        raise ValueError("a tensor exceeds its storage")
    strides = [stride * storage.itemsize for stride in tensor.stride]
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False)
    return np.ascontiguousarray(view)
