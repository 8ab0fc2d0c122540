"""The directory of a golden set, by name and version or by digest alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from samples import lock_to
from seatrial.errors import RefusedError, UsageError
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.golden_sets import golden_set_directory
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.workspace import Workspace


def unnamed(digest: str) -> Artefact:
    """Return a golden set as an older image names it."""
    return Artefact(name="", version="", digest=digest)


def commit(workspace: Workspace) -> str:
    """Commit everything and return the SHA."""
    git = ["git", "-C", str(workspace.root), "-c", "user.name=A", "-c", "user.email=a@seatrial.test"]
    for words in (["add", "--all"], ["commit", "-q", "-m", "Lock"]):
        subprocess.run([*git, *words], check=True, timeout=60)
    return workspace.git("rev-parse", "HEAD")


@pytest.fixture
def released(published: Workspace) -> Artefact:
    """The golden set that is published and locked."""
    return read_lock(published.lock).golden


@pytest.fixture
def relocked(published: Workspace, released: Artefact) -> str:
    """The commit of its lock; the present lock has another golden set."""
    locked = commit(published)
    other = released.model_copy(update={"digest": "sha256:" + "00" * 32})
    lock_to(published, read_lock(published.lock).model, other)
    commit(published)
    return locked


def test_name_and_version_are_enough(settings: Settings, published: Workspace, released: Artefact) -> None:
    """Without git and model.lock a golden set is fetched by name and version, and verified."""
    shutil.rmtree(published.root / ".git")
    published.lock.unlink()
    found = golden_set_directory(settings, published, released)
    assert (found / "golden.json").exists()


def test_a_cached_golden_set_needs_no_store(
    settings: Settings, published: Workspace, released: Artefact, store: Path
) -> None:
    """A cached golden set is found by its digest alone, without a request to the store."""
    golden_set_directory(settings, published, released)
    shutil.rmtree(store)
    published.lock.unlink()
    assert golden_set_directory(settings, published, unnamed(released.digest)).is_dir()


def test_a_digest_is_looked_up_in_the_present_lock(
    settings: Settings, published: Workspace, released: Artefact
) -> None:
    """An older image gives only the digest; model.lock has the name and version."""
    assert golden_set_directory(settings, published, unnamed(released.digest)).is_dir()


@pytest.mark.parametrize("known", [True, False])
def test_a_digest_is_looked_up_in_the_history_of_the_lock(
    settings: Settings, published: Workspace, released: Artefact, relocked: str, known: bool
) -> None:
    """The lock of the image's revision is used; without a revision, all commits that changed the lock are."""
    revision = f"{relocked}-dirty" if known else ""
    assert golden_set_directory(settings, published, unnamed(released.digest), revision).is_dir()


def test_an_unknown_digest_is_wrong_usage(settings: Settings, published: Workspace) -> None:
    """A digest that is in no lock cannot be fetched."""
    with pytest.raises(UsageError, match=r"no model\.lock in git"):
        golden_set_directory(settings, published, unnamed("sha256:" + "11" * 32), "c0ffee0")


def test_another_digest_under_the_same_version_is_refused(
    settings: Settings, published: Workspace, released: Artefact
) -> None:
    """The digest decides, not the name and version."""
    other = released.model_copy(update={"digest": "sha256:" + "11" * 32})
    with pytest.raises(RefusedError, match="digest mismatch"):
        golden_set_directory(settings, published, other)


@pytest.mark.parametrize(
    ("name", "version"), [("../..", "1.0.0"), ("colours", "../../../elsewhere"), ("/", ".")]
)
def test_an_invalid_name_or_version_is_refused(
    settings: Settings, published: Workspace, released: Artefact, store: Path, name: str, version: str
) -> None:
    """The labels of an image and the fields of a record cannot select a key outside the golden sets."""
    shutil.rmtree(store)
    other = released.model_copy(update={"name": name, "version": version})
    with pytest.raises(UsageError, match="is not a valid name and version"):
        golden_set_directory(settings, published, other)


@pytest.mark.parametrize("digest", ["sha256:../../elsewhere", "sha256:" + "0" * 63, "../elsewhere", ""])
def test_an_invalid_digest_is_refused(
    settings: Settings, published: Workspace, released: Artefact, digest: str
) -> None:
    """The digest is part of a path in the cache."""
    with pytest.raises(UsageError, match="is not a valid digest of a golden set"):
        golden_set_directory(settings, published, released.model_copy(update={"digest": digest}))
    assert not list(published.cache.glob("*elsewhere*"))
