"""Read a PyTorch checkpoint of the old format with numpy alone; nothing in it can run."""

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
class _Tensor:
    """What a pickled tensor says of itself; `storage` is ("storage", type, key, device, count, view)."""

    storage: tuple[Any, ...]
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def _rebuild(
    storage: tuple[Any, ...], offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(stride))


class _Unpickler(pickle.Unpickler):
    """Knows the three names that a checkpoint of plain tensors needs, and refuses every other."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place among weights")

    def persistent_load(self, pid: Any) -> Any:
        return pid


def read_weights(raw: bytes) -> Weights:
    """Return the tensors of the checkpoint `raw` by name, each contiguous and in its own type.

    ExampleError: it is no such checkpoint, is cut short, or holds anything but plain tensors.
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
        raise ValueError("not a checkpoint of the old format")
    types = {tensor.storage[2]: tensor.storage[1] for tensor in tensors.values()}
    storages = {key: _storage(file, types[key]) for key in keys}
    return {name: _array(storages[tensor.storage[2]], tensor) for name, tensor in tensors.items()}


def _storage(file: BinaryIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    (count,) = struct.unpack("<q", file.read(8))
    return np.frombuffer(file.read(count * dtype.itemsize), dtype, count)


def _array(storage: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    # Some tensors are transposed views of what is stored: the strides count.
    steps = [(length - 1) * stride for length, stride in zip(tensor.shape, tensor.stride, strict=True)]
    if min([tensor.offset, *steps], default=0) < 0 or tensor.offset + sum(steps) >= len(storage):
        raise ValueError("a tensor reaches past what is stored")
    strides = [stride * storage.itemsize for stride in tensor.stride]
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False)
    return np.ascontiguousarray(view)
