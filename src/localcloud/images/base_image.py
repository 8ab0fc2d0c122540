"""The image that all others begin with: Debian trixie with Python 3.13."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from docker.errors import DockerException

from localcloud import process
from localcloud.engine import connection
from localcloud.engine import install as engine_install
from localcloud.engine.home import cache_dir
from localcloud.errors import LocalcloudError
from localcloud.filelock import held
from localcloud.images import pull, tags
from localcloud.images.builder import explained
from localcloud.report import Report

PULLED = "python:3.13-slim-trixie"
BOOTSTRAP_SECONDS = 900
IMPORT_SECONDS = 300


def ensure(host: str, report: Report) -> str:
    """Return the base image: the one that is here, else Docker's own Python image pulled, else one built.

    Built, it is about 105 MB. Raises LocalcloudError where it can be neither pulled nor built.
    """
    with held(cache_dir() / "locks" / "base.lock", "making the base image"):
        known = present(host)
        if known:
            return known
        if pull.reachable(host, PULLED):
            with report.step(f"pull {PULLED}"):
                pull.pull(host, PULLED)
            return pull.identity(host, PULLED)
        _build(host, own(), report)
        return own()


def own() -> str:
    """Return what our own base image is called."""
    return tags.reference("base", tags.folder("base"))


def present(host: str) -> str:
    """Return the base image that the engine has, or nothing."""
    return pull.identity(host, own()) or pull.identity(host, PULLED)


def _build(host: str, reference: str, report: Report) -> None:
    engine_install.install(
        engine_install.BOOTSTRAP, report, why=f"{PULLED} cannot be pulled, mmdebstrap is needed"
    )
    log = cache_dir() / "logs" / "image-base.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with report.step("image base"), tempfile.TemporaryDirectory(dir=cache_dir()) as place:
        root = Path(place) / "root.tar"
        words = [str(tags.folder("base") / "bootstrap"), str(root)]
        try:
            process.run(words, timeout=BOOTSTRAP_SECONDS, log=log)
        except LocalcloudError as error:
            raise explained("base", error, log) from error
        _load(host, root, reference, log)


def _load(host: str, root: Path, reference: str, log: Path) -> None:
    repository, _, tag = reference.partition(":")
    settings = ["LABEL seatrial.image=base", 'CMD ["python3"]']
    said = ""
    with closing(connection.connect(host, IMPORT_SECONDS)) as client:
        try:
            said = str(client.api.import_image_from_file(str(root), repository, tag, changes=settings))
        except DockerException as error:
            said = str(error)
    if pull.identity(host, reference) != reference:
        failure = LocalcloudError("the engine did not take it", "", process.tail(said))
        raise explained("base", failure, log)
