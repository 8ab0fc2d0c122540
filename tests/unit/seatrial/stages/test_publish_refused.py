"""What publish finds out before it sends the first byte."""

from __future__ import annotations

import getpass
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imagemodel.seal import canonical_json
from samples import make_settings
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.settings import Settings
from seatrial.stages import publish as module
from seatrial.stages.publish import publish
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore, StoreAccessError
from seatrial.workspace import Workspace


def test_a_photo_that_cannot_be_decoded_is_not_published(
    settings: Settings, workspace: Workspace, store: Path, model: Path, golden: Path
) -> None:
    """The list has its sha256, but no model could be tested with it; the model beside it stays too."""
    broken = (golden / "red.png").read_bytes()[:60]
    (golden / "red.png").write_bytes(broken)
    listing = json.loads((golden / "golden.json").read_text())
    (row,) = [each for each in listing["photos"] if each["file"] == "red.png"]
    row |= {"sha256": hashlib.sha256(broken).hexdigest(), "size": len(broken)}
    (golden / "golden.json").write_bytes(canonical_json(listing))
    with pytest.raises(RefusedError, match=r"1 photos cannot be decoded: red\.png: "):
        publish(settings, workspace, model=model, golden=golden)
    assert not store.exists()


@dataclass
class LimitedStore:
    """A store whose writes under `forbidden` are refused; every write is noted."""

    store: BlobStore
    forbidden: str
    writes: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        """Return what the store itself has."""
        return getattr(self.store, name)

    def create(self, key: str, *rest: object) -> bool:
        """Note a write and refuse it, or write."""
        self.writes.append(key)
        return self._checked(key) and self.store.create(key, *rest)  # type: ignore[arg-type]

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Refuse a write, or write."""
        return self._checked(key) and self.store.replace(key, content, tag)

    def _checked(self, key: str) -> bool:
        if key.startswith(self.forbidden):
            raise StoreAccessError(f"the store refuses access to {key}")
        return True


@pytest.mark.parametrize("forbidden", ["models/", "models/colours/channels/", "golden/"])
def test_an_identity_that_may_not_write_sends_nothing(
    settings: Settings,
    workspace: Workspace,
    store: Path,
    model: Path,
    golden: Path,
    monkeypatch: pytest.MonkeyPatch,
    forbidden: str,
) -> None:
    """A right that lacks for one of several parts is found out before any of them is written."""
    limited = LimitedStore(open_store(settings.store), forbidden)
    monkeypatch.setattr(module, "open_store", lambda _: limited)
    with pytest.raises(StoreAccessError):
        publish(settings, workspace, model=model, golden=golden)
    assert limited.writes == []
    assert not store.exists()


def test_a_store_that_is_no_directory_is_found_out_before(
    workspace: Workspace, model: Path, tmp_path: Path
) -> None:
    """The directory is asked in the same way, and nothing is left there."""
    (tmp_path / "file").write_text("no directory")
    settings = make_settings(url=(tmp_path / "file" / "store").as_uri())
    with pytest.raises(OutsideError, match="is not a directory"):
        publish(settings, workspace, model=model)


def test_a_store_without_conditional_writes_is_refused(
    settings: Settings, workspace: Workspace, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `If-Match` is ignored, two publishers would overwrite each other."""
    limited = LimitedStore(open_store(settings.store), "nothing")
    monkeypatch.setattr(limited, "replace", lambda *_: True)
    monkeypatch.setattr(module, "open_store", lambda _: limited)
    with pytest.raises(RefusedError, match="ignores the condition of a write"):
        publish(settings, workspace, model=model)
    assert limited.writes == []


def test_a_channel_that_is_not_valid_is_wrong_usage(
    settings: Settings, workspace: Workspace, store: Path, model: Path
) -> None:
    """The name is part of a key; it is refused before the version is written, not after."""
    with pytest.raises(UsageError, match="has no channel"):
        publish(settings, workspace, model=model, channel="../other")
    assert not store.exists()


def test_a_publisher_without_a_name_publishes_nothing(
    settings: Settings, workspace: Workspace, store: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may run as a number that has no user; the record would not have who published."""

    def no_user() -> str:
        raise KeyError("getpwuid(): uid not found: 1001")

    monkeypatch.setattr(getpass, "getuser", no_user)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    with pytest.raises(UsageError, match="has no name here"):
        publish(settings, workspace, model=model)
    assert not store.exists()


def test_a_version_that_is_there_needs_no_right_to_write(
    settings: Settings, published: Workspace, model: Path, golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make up` publishes the same again, with an identity that may only read."""
    limited = LimitedStore(open_store(settings.store), "")
    monkeypatch.setattr(module, "open_store", lambda _: limited)
    done = publish(settings, published, model=model, golden=golden, if_absent=True)
    assert not done.created
