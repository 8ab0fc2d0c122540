"""The secret scan of content that is read in chunks."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from seatrial.errors import RefusedError
from seatrial.image.leaks import CHUNK_BYTES, OVERLAP_BYTES, find_secret, require_no_secrets_in_file
from unit.seatrial.test_secret_patterns import EXAMPLES

AWS = EXAMPLES["an AWS access key"].encode()


def chunks(data: bytes, size: int) -> list[bytes]:
    """Return `data` in chunks of `size` bytes."""
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_credential_on_the_edge_of_two_chunks_is_found(kind: str) -> None:
    """Wherever the edge divides a credential, its format is recognised."""
    example = EXAMPLES[kind].encode()
    data = b"." * 100 + example + b"." * 3 * OVERLAP_BYTES
    edges = range(100, 100 + len(example) + 1)
    assert {find_secret([data[:edge], data[edge:]], ()) for edge in edges} == {kind}


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("size", [1, 7, OVERLAP_BYTES - 1, OVERLAP_BYTES, OVERLAP_BYTES + 1, 1 << 20])
def test_the_result_does_not_depend_on_the_size_of_a_chunk(kind: str, size: int) -> None:
    """A credential at the very beginning or end of the content is found in chunks of any size."""
    example, filler = EXAMPLES[kind].encode(), b"." * 50
    assert find_secret(chunks(example + filler, size), ()) == kind
    assert find_secret(chunks(filler + example, size), ()) == kind


@pytest.mark.parametrize("text", [b"x" + AWS, AWS + b"x", b"_ghp_" + b"g" * 36, b"xsig=" + b"s" * 40])
@pytest.mark.parametrize("before", [0, 1, OVERLAP_BYTES])
def test_an_edge_makes_no_credential_of_an_ordinary_text(text: bytes, before: int) -> None:
    """What continues in the next chunk, or begins in the one before, is judged with it."""
    data = b"." * before + text + b"." * 2 * OVERLAP_BYTES
    edges = range(1, before + len(text) + 1)
    assert {find_secret([data[:edge], data[edge:]], ()) for edge in edges} == {None}


def test_a_value_longer_than_the_overlap_is_found() -> None:
    """A credential whose value has no end within a chunk is recognised by its beginning."""
    data = b"AccountKey=" + b"k" * 5 * OVERLAP_BYTES
    assert find_secret(chunks(data, OVERLAP_BYTES), ()) == "an Azure storage key"


def test_a_known_credential_longer_than_the_overlap_is_found() -> None:
    """The overlap is at least as long as the longest known credential."""
    secret = bytes(range(1, 256)) * 100
    assert find_secret(chunks(b"." * 10 + secret + b".", 1000), (secret,)) == "a known credential"


def test_a_credential_after_the_first_megabyte_of_a_file_is_refused(tmp_path: Path) -> None:
    """A file is scanned to its end, whatever its size."""
    (tmp_path / "model.onnx").write_bytes(bytes(3 * CHUNK_BYTES) + b" " + AWS)
    with pytest.raises(RefusedError, match=r"model\.onnx contains an AWS access key"):
        require_no_secrets_in_file("model.onnx", tmp_path / "model.onnx", ())


def test_the_memory_of_a_scan_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 48 MiB is scanned in a few chunks of memory."""
    with (tmp_path / "weights").open("wb") as file:
        file.truncate(48 * CHUNK_BYTES)
    tracemalloc.start()
    try:
        require_no_secrets_in_file("weights", tmp_path / "weights", (b"known-credential",))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * CHUNK_BYTES
