"""The base of all other images: Debian trixie with Python 3.13."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from docker.errors import DockerException

from localcloud import process
from localcloud.cache import build_log_path, cache_directory, lock_path
from localcloud.engine import connection
from localcloud.engine import install as engine_install
from localcloud.errors import LocalcloudError
from localcloud.images import pull, tags
from localcloud.images.builder import build_error
from localcloud.locks import exclusive
from localcloud.progress import ProgressReporter

PULLED = "python:3.13-slim-trixie"
BOOTSTRAP_SECONDS = 900
IMPORT_SECONDS = 300


def ensure(host: str, progress: ProgressReporter) -> str:
    """Return the base image's reference: of the engine, else Docker's Python image, else one that is built.

    A built image has about 105 MB. Raises LocalcloudError if it can be neither pulled nor built.
    """
    with exclusive(lock_path("base"), "building the base image"):
        existing = existing_reference(host)
        if existing:
            return existing
        if pull.is_available(host, PULLED):
            with progress.step(f"pull {PULLED}", "pulling"):
                pull.pull(host, PULLED)
            return pull.local_reference(host, PULLED)
        _build(host, built_reference(), progress)
        return built_reference()


def built_reference() -> str:
    """Return the reference that a built base image has."""
    return tags.reference("base", tags.folder("base"))


def existing_reference(host: str) -> str:
    """Return the reference of the base image that the engine has, or an empty string."""
    return pull.local_reference(host, built_reference()) or pull.local_reference(host, PULLED)


def _build(host: str, reference: str, progress: ProgressReporter) -> None:
    engine_install.install(
        engine_install.BOOTSTRAP, progress, why=f"{PULLED} cannot be pulled, and mmdebstrap is missing"
    )
    log = build_log_path("base")
    with (
        progress.step("base image", "building"),
        tempfile.TemporaryDirectory(dir=cache_directory()) as directory,
    ):
        root = Path(directory) / "root.tar"
        words = [str(tags.folder("base") / "bootstrap"), str(root)]
        try:
            process.run(words, timeout=BOOTSTRAP_SECONDS, log=log)
        except LocalcloudError as error:
            raise build_error("base", error, log) from error
        _import(host, root, reference, log)


def _import(host: str, root: Path, reference: str, log: Path) -> None:
    repository, _, tag = reference.partition(":")
    settings = ["LABEL seatrial.image=base", 'CMD ["python3"]']
    output = ""
    with closing(connection.connect(host, IMPORT_SECONDS)) as client:
        try:
            output = str(client.api.import_image_from_file(str(root), repository, tag, changes=settings))
        except DockerException as error:
            output = str(error)
    if pull.local_reference(host, reference) != reference:
        failure = LocalcloudError("the container engine did not import it", "", process.tail(output))
        raise build_error("base", failure, log)
