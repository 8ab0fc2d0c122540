"""Packages come by hash, once, through the real pip."""

import pytest
from examples.imagenet.errors import ExampleError
from examples.imagenet.packages import PINNED, packages


def test_a_package_is_fetched_once_and_read_as_an_archive(shelf, tmp_path) -> None:
    """The second time nothing is asked of pip: the shelf may be gone."""
    wheel = shelf.add("a-b", {"data/x.txt": b"hello"})
    assert packages(tmp_path / "cache", shelf.pinned)["a-b"].read("data/x.txt") == b"hello"
    wheel.unlink()
    assert packages(tmp_path / "cache", shelf.pinned)["a-b"].read("data/x.txt") == b"hello"


def test_other_bytes_than_the_pinned_ones_are_refused(shelf, tmp_path) -> None:
    """A package that was changed at its source never reaches the cache."""
    wheel = shelf.add("a-b", {"data/x.txt": b"hello"})
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(ExampleError, match="could not be fetched: ERROR") as error:
        packages(tmp_path / "cache", shelf.pinned)
    assert "\n" not in error.value.message
    assert not list((tmp_path / "cache").iterdir())


def test_a_spoilt_cache_is_mended(shelf, tmp_path) -> None:
    """What lies in the cache is believed only with the pinned bytes."""
    shelf.add("a-b", {"data/x.txt": b"hello"})
    package = packages(tmp_path / "cache", shelf.pinned)["a-b"]
    package.path.write_bytes(b"spoilt")
    assert packages(tmp_path / "cache", shelf.pinned)["a-b"].read("data/x.txt") == b"hello"


def test_no_network_is_one_line_with_a_cure(shelf, tmp_path) -> None:
    """Where the packages cannot be had, the message says so and the hint says what to do."""
    shelf.add("a-b", {}).unlink()
    with pytest.raises(ExampleError, match=r"pinned\.txt could not be fetched") as error:
        packages(tmp_path / "cache", shelf.pinned)
    assert "network" in error.value.hint


def test_a_package_without_the_file_is_told(shelf, tmp_path) -> None:
    """The message names the package and the file."""
    shelf.add("a-b", {})
    with pytest.raises(ExampleError, match=r"a-b: no file data/x\.txt"):
        packages(tmp_path / "cache", shelf.pinned)["a-b"].read("data/x.txt")


def test_every_line_of_the_real_list_is_pinned_by_hash(tmp_path) -> None:
    """The list names the four packages with one hash each, and no host."""
    lines = [line for line in PINNED.read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) == 4
    assert all(line.count(" --hash=sha256:") == 1 and "://" not in line for line in lines)
