"""Reads an ONNX file without the contents of its large tensors, so that memory does not grow with them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

LEAST_BYTES: Final = 4096
"""Messages up to this size are kept as they are."""

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_TENSOR: Final = onnx.TensorProto.DESCRIPTOR.full_name
_SPARSE_TENSOR: Final = onnx.SparseTensorProto.DESCRIPTOR.full_name
_BITS: Final[dict[int, int]] = {
    onnx.TensorProto.BOOL: 8,
    onnx.TensorProto.INT8: 8,
    onnx.TensorProto.UINT8: 8,
    onnx.TensorProto.INT16: 16,
    onnx.TensorProto.UINT16: 16,
    onnx.TensorProto.FLOAT16: 16,
    onnx.TensorProto.BFLOAT16: 16,
    onnx.TensorProto.INT32: 32,
    onnx.TensorProto.UINT32: 32,
    onnx.TensorProto.FLOAT: 32,
    onnx.TensorProto.INT64: 64,
    onnx.TensorProto.UINT64: 64,
    onnx.TensorProto.DOUBLE: 64,
}
# By the fields that may be left out: the types whose numbers they contain, and one number.
_CONTENTS: Final = {
    "raw_data": (frozenset(_BITS), bytes(8)),
    "float_data": ({onnx.TensorProto.FLOAT}, bytes(4)),
    "double_data": ({onnx.TensorProto.DOUBLE}, bytes(8)),
}


def load_outline(path: Path) -> onnx.ModelProto:
    """Return the model in a file, in which a tensor larger than LEAST_BYTES has only one number.

    A tensor of a rare type, and one with fewer numbers than its shape needs, is whole. `onnx.checker` judges
    the outline as it judges the model. Raises DecodeError if the file is not ONNX, OSError if it cannot be
    read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        model = onnx.ModelProto()
        model.ParseFromString(_outline(file, size, onnx.ModelProto.DESCRIPTOR))
        return model


def _outline(file: BinaryIO, size: int, message: Any) -> bytes:
    """Return the next `size` bytes of a file, which are a message of this type, in outline."""
    end = file.tell() + size
    parts = []
    while file.tell() < end:
        parts.append(_field(file, end, message))
    if file.tell() != end:
        raise DecodeError("a field is longer than its message")
    return b"".join(parts)


def _field(file: BinaryIO, end: int, message: Any) -> bytes:
    number, kind = divmod(tag := _read_varint(file), 8)
    if kind == _VARINT:
        return _varint(tag) + _varint(_read_varint(file))
    if kind in (_FIXED64, _FIXED32):
        return _varint(tag) + _read(file, 8 if kind == _FIXED64 else 4)
    if kind != _DELIMITED:
        raise DecodeError(f"a field of the wire type {kind}")
    size = _read_varint(file)
    if size > end - file.tell():
        raise DecodeError("a field is longer than its message")
    content = _content(file, size, message.fields_by_number.get(number), message)
    return _varint(tag) + _varint(len(content)) + content


def _content(file: BinaryIO, size: int, field: Any, message: Any) -> bytes:
    # onnx.checker reads the indices of sparse tensors.
    if size <= LEAST_BYTES or message.full_name == _SPARSE_TENSOR:
        return _read(file, size)
    if field is None:
        file.seek(size, os.SEEK_CUR)
        return b""
    if field.message_type is None:
        return _read(file, size)
    if field.message_type.full_name == _TENSOR:
        return _tensor(file, size)
    return _outline(file, size, field.message_type)


def _tensor(file: BinaryIO, size: int) -> bytes:
    """Return the next `size` bytes, which are a tensor, with one number if that is enough for the checker."""
    start, parts, lengths = file.tell(), [], list[tuple[str, int]]()
    while file.tell() < start + size:
        before = file.tell()
        number, kind = divmod(_read_varint(file), 8)
        field = onnx.TensorProto.DESCRIPTOR.fields_by_number.get(number)
        length = _read_varint(file) if kind == _DELIMITED else 0
        if field and field.name in _CONTENTS and length > LEAST_BYTES:
            lengths.append((field.name, length))
            file.seek(length, os.SEEK_CUR)
        else:
            file.seek(before)
            parts.append(_field(file, start + size, onnx.TensorProto.DESCRIPTOR))
    found = onnx.TensorProto.FromString(b"".join(parts))
    if file.tell() == start + size and len(lengths) == 1 and _is_complete(found, *lengths[0]):
        return _with_one_number(found, lengths[0][0])
    file.seek(start)
    return _read(file, size)


def _is_complete(tensor: onnx.TensorProto, name: str, length: int) -> bool:
    types, _ = _CONTENTS[name]
    numbers = math.prod(tensor.dims)
    return tensor.data_type in types and 0 < numbers * _BITS[tensor.data_type] <= 8 * length


def _with_one_number(tensor: onnx.TensorProto, name: str) -> bytes:
    _, content = _CONTENTS[name]
    del tensor.dims[:]
    tensor.dims.append(1)
    return bytes(tensor.SerializeToString()) + _field_of(name, content)


def _field_of(name: str, content: bytes) -> bytes:
    number = onnx.TensorProto.DESCRIPTOR.fields_by_name[name].number
    return _varint(number << 3 | _DELIMITED) + _varint(len(content)) + content


def _read(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise DecodeError("the file ends within a field")
    return content


def _read_varint(file: BinaryIO) -> int:
    value = 0
    for place, byte in enumerate(_bytes(file)):
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value & (1 << 64) - 1
    raise DecodeError("a number of more than 10 bytes")


def _bytes(file: BinaryIO) -> Iterator[int]:
    for _ in range(10):
        yield _read(file, 1)[0]


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
