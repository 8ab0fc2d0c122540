"""fetch from a directory store."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from samples import lock_to
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.model.locks.lock import read_lock
from seatrial.settings import Settings
from seatrial.stages.fetch import fetch
from seatrial.workspace import Workspace

VERSION = Path("models/colours/1.0.0")


def cached_models(workspace: Workspace) -> list[str]:
    """Return the names in the model directory of the cache."""
    return sorted(path.name for path in (workspace.cache / "models").glob("*"))


def test_fetched_files_equal_the_published_ones(
    settings: Settings, published: Workspace, model: Path, golden: Path
) -> None:
    """The fetched directories have the published files and no others."""
    done = fetch(settings, published)
    for source, copy in ((model, done.model_path), (golden, done.golden_path)):
        assert {p.name: p.read_bytes() for p in source.iterdir()} == {
            p.name: p.read_bytes() for p in Path(copy).iterdir()
        }
    assert done.bytes_transferred == sum(
        path.stat().st_size for folder in (model, golden) for path in folder.iterdir()
    )


def test_a_cached_copy_needs_no_store(settings: Settings, published: Workspace, store: Path) -> None:
    """A second fetch uses the verified copy in the cache."""
    fetch(settings, published)
    shutil.rmtree(store)
    assert fetch(settings, published).bytes_transferred == 0


@pytest.mark.parametrize("damage", ["changed", "cut", "extra", "missing"])
def test_a_damaged_copy_is_fetched_again(settings: Settings, published: Workspace, damage: str) -> None:
    """A copy that does not match its digest is replaced from the store."""
    folder = Path(fetch(settings, published).model_path)
    labels = folder / "labels.txt"
    if damage == "extra":
        (folder / "more.txt").write_text("more")
    elif damage == "missing":
        labels.unlink()
    else:
        labels.write_bytes(labels.read_bytes()[::-1] if damage == "changed" else labels.read_bytes()[:-1])
    assert fetch(settings, published).bytes_transferred > 0
    assert fetch(settings, published).bytes_transferred == 0
    assert cached_models(published) == [folder.name]


@pytest.mark.parametrize("file", ["model.onnx", "labels.txt", "model.json"])
@pytest.mark.parametrize("damage", ["changed", "cut", "longer"])
def test_a_blob_changed_after_publication_is_refused(
    settings: Settings, published: Workspace, store: Path, file: str, damage: str
) -> None:
    """A digest mismatch is refused; the cache stays empty."""
    blob = store / VERSION / file
    content = blob.read_bytes()
    other = {"changed": content[:-2] + b"!" + content[-1:], "cut": content[:-1], "longer": content + b"x"}
    blob.write_bytes(other[damage])
    with pytest.raises(RefusedError, match="digest mismatch") as raised:
        fetch(settings, published)
    assert raised.value.exit_code == 10
    assert cached_models(published) == []


def test_an_unlisted_file_is_not_fetched(settings: Settings, published: Workspace, store: Path) -> None:
    """A file that the card does not list stays in the store."""
    (store / VERSION / "extra.onnx").write_bytes(b"extra")
    assert not (Path(fetch(settings, published).model_path) / "extra.onnx").exists()


def test_a_missing_version_is_an_error(settings: Settings, published: Workspace) -> None:
    """A lock of an unpublished version ends with 30 and the command that publishes."""
    lock = read_lock(published.lock)
    lock_to(published, lock.model.model_copy(update={"version": "9.9"}), lock.golden)
    with pytest.raises(OutsideError, match=r"no model colours 9\.9") as raised:
        fetch(settings, published)
    assert "make publish" in raised.value.hint
    assert raised.value.exit_code == 30


def test_a_missing_blob_is_an_error(settings: Settings, published: Workspace, store: Path) -> None:
    """A version with a deleted file is not fetched; the cache stays empty."""
    (store / VERSION / "labels.txt").unlink()
    with pytest.raises(OutsideError, match=r"labels\.txt is not in the store"):
        fetch(settings, published)
    assert cached_models(published) == []


def test_a_lock_of_another_publication_is_refused(settings: Settings, published: Workspace) -> None:
    """The digest in the lock decides, not the name and version."""
    lock = read_lock(published.lock)
    lock_to(published, lock.model.model_copy(update={"digest": "sha256:" + "00" * 32}), lock.golden)
    with pytest.raises(RefusedError, match="digest mismatch"):
        fetch(settings, published)


@pytest.mark.parametrize("url", ["", "az://account", "s3:///x", "file:relative", "ftp://host/x", "/a/path"])
def test_an_invalid_store_url_is_wrong_usage(published: Workspace, settings: Settings, url: str) -> None:
    """The error names the setting, and the hint the valid forms."""
    other = settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})
    with pytest.raises(UsageError, match=r"store\.url") as raised:
        fetch(other, published)
    assert "az://" in raised.value.hint
