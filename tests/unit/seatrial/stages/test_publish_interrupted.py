"""publish that is interrupted at any write, and publications of others before it is repeated."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colours import write_model
from samples import make_checkout, make_settings
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.results import PublishResult
from seatrial.settings import Settings
from seatrial.stages import publish as module
from seatrial.stages.publish import publish
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore, Progress, StoreUnreachableError
from seatrial.workspace import Workspace

VERSIONS = ("1.0.0", "2.0.0", "3.0.0")
WRITES = 7
"""Two that ask for the rights, two files, the card, the channel, the publication record."""


class Fault(Enum):
    """What happens to a write."""

    NOT_DONE = auto()
    ANSWER_LOST = auto()
    REPEATED_AFTER_A_LOST_ANSWER = auto()
    REFUSED_AND_NOT_DONE = auto()
    KILLED_AFTERWARDS = auto()


@dataclass
class FaultyStore:
    """A store whose write with the number `number`, from 0, has a fault."""

    store: BlobStore
    number: int
    fault: Fault

    def __getattr__(self, name: str) -> object:
        """Return what the store itself has."""
        return getattr(self.store, name)

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob."""
        return self._write(lambda: self.store.create(key, source, progress))

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace a document."""
        return self._write(lambda: self.store.replace(key, content, tag))

    def _write(self, write: Callable[[], bool]) -> bool:
        self.number -= 1
        if self.number != -1:
            return write()
        if self.fault not in (Fault.NOT_DONE, Fault.REFUSED_AND_NOT_DONE):
            write()
        if self.fault in (Fault.NOT_DONE, Fault.ANSWER_LOST):
            raise StoreUnreachableError("connection lost")
        if self.fault is Fault.KILLED_AFTERWARDS:
            raise KeyboardInterrupt
        return False


@dataclass(frozen=True)
class Publications:
    """A checkout, three versions of a model, and a new store for each example."""

    workspace: Workspace
    models: Path

    def publish(self, store: Settings, version: str, **options: object) -> PublishResult:
        """Publish one of the versions."""
        return publish(store, self.workspace, model=self.models / version, **options)

    def interrupt(self, store: Settings, version: str, number: int, fault: Fault) -> None:
        """Publish one of the versions with a fault at a write."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "open_store", lambda given: FaultyStore(open_store(given), number, fault))
            with suppress(OutsideError, KeyboardInterrupt):
                self.publish(store, version, if_absent=True)


@pytest.fixture(scope="module")
def publications(tmp_path_factory: pytest.TempPathFactory) -> Publications:
    """The checkout and the models."""
    folder = tmp_path_factory.mktemp("publish")
    for version in VERSIONS:
        write_model(folder / version, version=version)
    return Publications(make_checkout(folder / "checkout"), folder)


@contextmanager
def new_store() -> Iterator[Settings]:
    """Settings with an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        yield make_settings(url=Path(folder).as_uri())


def root(store: Settings) -> Path:
    """Return the directory of the model in a store."""
    return Path(store.store.url.removeprefix("file://")) / "models/colours"


def channel(store: Settings) -> str:
    """Return the version in the channel."""
    return str(json.loads((root(store) / "channels/latest.json").read_text())["version"])


def is_whole(store: Settings, version: str, publications: Publications) -> bool:
    """Return whether every file of a version and its publication record are in the store."""
    files = {file.name for file in (publications.models / version).iterdir()}
    return {file.name for file in (root(store) / version).glob("*")} == {*files, "publication.json"}


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, WRITES - 1), fault=st.sampled_from(Fault), again=st.booleans())
def test_publishing_again_completes_version_and_channel(
    publications: Publications, number: int, fault: Fault, again: bool
) -> None:
    """Whatever write failed, the repetition leaves the version whole, recorded and in the channel."""
    with new_store() as store:
        publications.publish(store, "1.0.0")
        publications.interrupt(store, "2.0.0", number, fault)
        if again:
            publications.interrupt(store, "2.0.0", number, fault)
        publications.publish(store, "2.0.0", if_absent=True)
        assert is_whole(store, "2.0.0", publications)
        assert channel(store) == "2.0.0"


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, WRITES - 1), fault=st.sampled_from(Fault))
def test_a_completed_publication_moves_no_channel_back(
    publications: Publications, number: int, fault: Fault
) -> None:
    """If a newer version was published meanwhile, the channel stays there, and the result names it."""
    with new_store() as store:
        publications.publish(store, "1.0.0")
        publications.interrupt(store, "2.0.0", number, fault)
        publications.publish(store, "3.0.0")
        began, complete = (root(store) / "2.0.0").exists(), is_whole(store, "2.0.0", publications)
        done = publications.publish(store, "2.0.0", if_absent=True)
        assert is_whole(store, "2.0.0", publications)
        assert done.completed == (began and not complete)
        assert done.channel_kept_at == ("3.0.0" if done.completed else "")
        assert channel(store) == ("3.0.0" if began else "2.0.0")


def test_an_interrupted_publication_is_completed_without_if_absent(publications: Publications) -> None:
    """Publishing the same again is refused only if there is nothing to complete."""
    with new_store() as store:
        publications.publish(store, "1.0.0")
        publications.interrupt(store, "2.0.0", WRITES - 2, Fault.NOT_DONE)
        done = publications.publish(store, "2.0.0")
        assert (done.created, done.completed, channel(store)) == (False, True, "2.0.0")
        with pytest.raises(RefusedError, match="already published, with the same digest"):
            publications.publish(store, "2.0.0")


def test_a_complete_publication_moves_no_channel(publications: Publications) -> None:
    """A channel that was moved back stays there when the newer version is published again."""
    with new_store() as store:
        publications.publish(store, "1.0.0")
        publications.publish(store, "2.0.0")
        publications.publish(store, "1.0.0", if_absent=True, channel="latest")
        done = publications.publish(store, "2.0.0", if_absent=True)
        assert (done.completed, channel(store)) == (False, "1.0.0")


def test_a_checkout_without_git_publishes_nothing(publications: Publications, tmp_path: Path) -> None:
    """Where there is no revision for the record, the publication ends before its first write."""
    bare = tmp_path / "tarball"
    shutil.copytree(publications.workspace.root, bare, ignore=shutil.ignore_patterns(".git"))
    with new_store() as store:
        with pytest.raises(UsageError, match="not a git repository"):
            publish(store, Workspace(bare, "dev"), model=publications.models / "1.0.0")
        assert not root(store).exists()
