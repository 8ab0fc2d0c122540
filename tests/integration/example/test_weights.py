"""A checkpoint is read exactly, and nothing in it can run."""

import os
import pickle

import numpy as np
import pytest
from examples.imagenet.errors import ExampleError
from examples.imagenet.weights import read_weights


def test_tensors_come_back_as_they_were_written(checkpoint) -> None:
    """Values, shapes and types survive; so do transposed views, which PyTorch stores by their strides."""
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


class Bomb:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch /tmp/seatrial-was-here",)


@pytest.mark.parametrize("place", range(5))
def test_a_pickle_that_would_run_something_is_refused(place) -> None:
    """Wherever in the file it stands, code is refused, by the name that it asked for."""
    parts = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {}, {}, [])]
    parts[place] = pickle.dumps(Bomb(), 2)
    with pytest.raises(ExampleError, match=r"system has no place among weights"):
        read_weights(b"".join(parts))


def test_other_files_are_refused(checkpoint, torch_names) -> None:
    """A file of another make, or one that is cut short at any place, is one clear error."""
    whole = checkpoint({"a": np.arange(24, dtype=np.float32)})
    for raw in (
        b"",
        b"PK\3\4zip",
        checkpoint({}, magic=1),
        *(whole[:end] for end in range(0, len(whole) - 1, 7)),
    ):
        with pytest.raises(ExampleError, match="the weights cannot be read"):
            read_weights(raw)


def test_a_tensor_that_reaches_past_its_storage_is_refused(checkpoint) -> None:
    """Shapes and strides are believed only as far as there is memory."""
    whole = checkpoint({"a": np.arange(24, dtype=np.float32).reshape(2, 3, 4)})
    assert whole.count(b"K\x02K\x03K\x04") == 1
    with pytest.raises(ExampleError, match="reaches past"):
        read_weights(whole.replace(b"K\x02K\x03K\x04", b"K\x02K\x03K\x05"))
