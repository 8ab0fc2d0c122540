"""Reading of a PyTorch checkpoint without running its code."""

import os
import pickle

import numpy as np
import pytest
from examples.imagenet.errors import ExampleError
from examples.imagenet.weights import read_weights


def test_tensors_are_read_unchanged(checkpoint) -> None:
    """Values, shapes and dtypes are read as written, also of transposed views."""
    written = {
        "a": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
        "turned": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "count": np.array([7], dtype=np.int64),
    }
    read = read_weights(checkpoint(written))
    assert read.keys() == written.keys()
    for name, array in written.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
        assert read[name].flags["C_CONTIGUOUS"]


class MaliciousObject:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch /tmp/seatrial-was-here",)


@pytest.mark.parametrize("position", range(5))
def test_pickle_with_code_is_refused(position) -> None:
    """A pickled function in any part of the file raises ExampleError with the function's name."""
    parts = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {}, {}, [])]
    parts[position] = pickle.dumps(MaliciousObject(), 2)
    with pytest.raises(ExampleError, match=r"system is not allowed"):
        read_weights(b"".join(parts))


def test_other_formats_and_truncated_files_are_refused(checkpoint, torch_names) -> None:
    """A file of another format, or truncated at any position, raises ExampleError."""
    complete = checkpoint({"a": np.arange(24, dtype=np.float32)})
    for raw in (
        b"",
        b"PK\3\4zip",
        checkpoint({}, magic=1),
        *(complete[:end] for end in range(0, len(complete) - 1, 7)),
    ):
        with pytest.raises(ExampleError, match="the weights cannot be read"):
            read_weights(raw)


def test_tensor_that_exceeds_its_storage_is_refused(checkpoint) -> None:
    """A shape or stride beyond the storage raises ExampleError."""
    complete = checkpoint({"a": np.arange(24, dtype=np.float32).reshape(2, 3, 4)})
    assert complete.count(b"K\x02K\x03K\x04") == 1
    with pytest.raises(ExampleError, match="exceeds its storage"):
        read_weights(complete.replace(b"K\x02K\x03K\x04", b"K\x02K\x03K\x05"))
