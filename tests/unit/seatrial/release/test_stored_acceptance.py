"""What an environment has accepted, in a store that is a directory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memory_environments import MODEL, Environments, digest
from seatrial.model.validation.accepted_model import accepted_key
from seatrial.release.record import Record
from seatrial.release.stored_acceptance import store_accepted
from seatrial.settings import Store
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore, StoreAccessError, StoreUnreachableError

STAGING = Path(accepted_key("staging"))


def document(store: Path) -> dict[str, Any]:
    """Return the document of staging."""
    found: dict[str, Any] = json.loads((store / STAGING).read_text())
    return found


def stable(environments: Environments, number: int) -> Record:
    """Return a new release of staging that became stable."""
    return environments.release("staging", number, "ab"[number % 2], "pending", "stable")


def write(environments: Environments, read: Callable[[], Record | None]) -> None:
    """Write what staging has accepted."""
    store_accepted(environments.settings, environments.services, "staging", read)


def test_the_document_has_the_release(environments: Environments, store: Path) -> None:
    """Model, image, release and its number, revision, and when it became stable."""
    record = stable(environments, 1)
    write(environments, lambda: record)
    assert document(store) == {
        "schema": 1,
        "environment": "staging",
        "release": "staging-1",
        "number": 1,
        "model": MODEL.model_dump(),
        "image": digest("b"),
        "revision": record.revision,
        "accepted": record.since.isoformat().replace("+00:00", "Z"),
        "writes": 1,
    }


def test_an_equal_document_is_not_written_again(environments: Environments, store: Path) -> None:
    """Most commands change nothing that the store has."""
    record = stable(environments, 1)
    write(environments, lambda: record)
    before = (store / STAGING).stat()
    write(environments, lambda: record)
    assert (store / STAGING).stat() == before


def test_an_older_writer_does_not_replace_a_newer_state(environments: Environments, store: Path) -> None:
    """A command that was suspended after it read the cluster finds the document changed, and reads again."""
    old, new = stable(environments, 1), stable(environments, 2)
    reads: list[str] = []

    def suspended() -> Record:
        reads.append("read")
        if len(reads) > 1:
            return new
        write(environments, lambda: new)
        return old

    write(environments, suspended)
    assert (document(store)["release"], document(store)["writes"], len(reads)) == ("staging-2", 1, 2)


def test_a_state_that_returns_has_another_content(environments: Environments, store: Path) -> None:
    """A rollback to an earlier release gives a document with a tag of its own, also where tags are hashes."""
    old, new = stable(environments, 1), stable(environments, 2)
    contents = []
    for record in (old, new, old):
        write(environments, lambda record=record: record)  # type: ignore[misc]
        contents.append((store / STAGING).read_bytes())
    assert len(set(contents)) == len(contents)
    assert document(store)["release"] == "staging-1"


def test_a_document_that_is_not_valid_is_replaced(environments: Environments, store: Path) -> None:
    """The next command repairs a damaged document."""
    (store / STAGING).parent.mkdir(parents=True)
    (store / STAGING).write_text("{")
    record = stable(environments, 1)
    write(environments, lambda: record)
    assert document(store)["release"] == "staging-1"


def test_without_a_stable_release_the_document_stays(environments: Environments, store: Path) -> None:
    """A namespace whose records were deleted has not taken back what it accepted."""
    record = stable(environments, 1)
    write(environments, lambda: record)
    write(environments, lambda: None)
    assert document(store)["release"] == "staging-1"


def no_store(_: Store) -> BlobStore:
    """Raise an error as a store that does not answer."""
    raise StoreUnreachableError("the store does not answer: ServiceRequestError")


def not_permitted(_: Store) -> BlobStore:
    """Raise an error as a store that an identity may read only."""
    raise StoreAccessError("the store refuses access (AuthorizationPermissionMismatch)")


def broken(_: Store) -> BlobStore:
    """Raise an error that no store documents."""
    raise KeyError("token")


@pytest.mark.parametrize("fault", [no_store, not_permitted, broken])
def test_a_failure_is_a_warning(
    environments: Environments, capsys: pytest.CaptureFixture[str], fault: Callable[[Store], BlobStore]
) -> None:
    """Whatever the store does, the command that released goes on, and prints what is missing."""
    record = stable(environments, 1)
    services = replace(environments.services, open_store=fault)
    store_accepted(environments.settings, services, "staging", lambda: record)
    assert "warning: the store may not have what staging has accepted (" in capsys.readouterr().err


def test_the_store_is_waited_for_briefly(environments: Environments) -> None:
    """A request has 5 s, whatever the deadline of a transfer is."""
    seconds: list[float] = []

    def opened(settings: Store) -> BlobStore:
        seconds.append(settings.timeout_seconds)
        return open_store(settings)

    services = replace(environments.services, open_store=opened)
    store_accepted(environments.settings, services, "staging", lambda: None)
    assert seconds == [5.0]


@pytest.mark.parametrize("change", [{"record_in_store": False}, {}])
def test_an_environment_may_be_left_out(
    environments: Environments, store: Path, change: dict[str, bool]
) -> None:
    """With `record_in_store = false`, or without a store, nothing is written or read."""
    record, settings = stable(environments, 1), environments.settings
    staging = settings.environment("staging").model_copy(update=change)
    url = settings.store.url if change else ""
    changed = settings.model_copy(
        update={
            "environments": {"staging": staging},
            "store": settings.store.model_copy(update={"url": url}),
        }
    )
    store_accepted(changed, environments.services, "staging", lambda: record)
    assert not (store / STAGING).exists()
