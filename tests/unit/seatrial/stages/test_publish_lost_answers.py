"""publish to Azure Blob Storage and S3 when the connection is lost at a write, with the real SDKs."""

from __future__ import annotations

import base64
import gc
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import LinearRetry
from botocore.retries.standard import ExponentialBackoff

from colours import write_model
from samples import make_settings
from seatrial.errors import OutsideError
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stores import azure
from seatrial.workspace import Workspace
from unit.seatrial.stores.blob_server import BlobServer, blob_server

# The SDKs leave the sockets of broken connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
WRITES = 7
"""Two that ask for the rights, two files, the card, the channel, the publication record."""
DOCUMENTS = range(4, WRITES)
KEYS = ("labels.txt", "model.onnx", "model.json", "publication.json")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobServer]:
    """An empty server; the SDKs repeat requests without a pause."""

    def at_once(**options: Any) -> LinearRetry:
        return LinearRetry(**{**options, "backoff": 0, "random_jitter_range": 0})

    monkeypatch.setattr(azure, "LinearRetry", at_once)
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    with blob_server() as state:
        yield state
    gc.collect()


@pytest.fixture(params=["azure", "s3"])
def remote(request: pytest.FixtureRequest, server: BlobServer, tmp_path: Path) -> Settings:
    """Settings with a store of either kind at that server."""
    key, endpoint = tmp_path / "key", f"http://127.0.0.1:{server.port}"
    if request.param == "s3":
        key.write_text("[default]\naws_access_key_id = tester\naws_secret_access_key = not-a-secret\n")
        return make_settings(url="s3://bucket/prefix", endpoint=endpoint, key_file=str(key))
    key.write_text(base64.b64encode(b"not-a-secret").decode())
    return make_settings(url="az://account/bucket/prefix", endpoint=f"{endpoint}/account", key_file=str(key))


@pytest.fixture
def second(remote: Settings, workspace: Workspace, server: BlobServer, tmp_path: Path) -> Path:
    """The directory of version 2.0.0; the store has version 1.0.0, which the channel points to."""
    for version in ("1.0.0", "2.0.0"):
        write_model(tmp_path / version, version=version)
    publish(remote, workspace, model=tmp_path / "1.0.0")
    assert channel(server) == "1.0.0"
    server.writes = 0
    return tmp_path / "2.0.0"


def document(server: BlobServer, key: str) -> bytes | None:
    """Return a blob of the store by its key under the model."""
    found = [body for path, body in server.blobs.items() if path.endswith(f"/prefix/models/colours/{key}")]
    return found[0] if found else None


def channel(server: BlobServer) -> str:
    """Return the version in the channel."""
    return str(json.loads(document(server, "channels/latest.json") or b"{}").get("version"))


def is_whole(server: BlobServer) -> bool:
    """Return whether every document of version 2.0.0 is in the store."""
    return all(document(server, f"2.0.0/{key}") for key in KEYS)


@pytest.mark.parametrize("number", DOCUMENTS)
def test_a_lost_answer_is_survived(
    remote: Settings, server: BlobServer, workspace: Workspace, second: Path, number: int
) -> None:
    """The SDK repeats a write whose answer was lost; the version is whole and in the channel afterwards."""
    server.lost = {number}
    publish(remote, workspace, model=second)
    assert server.writes >= WRITES + 1
    assert (is_whole(server), channel(server)) == (True, "2.0.0")


@pytest.mark.parametrize("number", DOCUMENTS)
def test_a_publication_that_lost_its_store_is_completed_by_the_next(
    remote: Settings, server: BlobServer, workspace: Workspace, second: Path, number: int
) -> None:
    """If the store does not answer any more, publishing the same again completes version and channel."""
    server.lost = range(number, 100)
    with suppress(OutsideError):
        publish(remote, workspace, model=second)
    server.lost = ()
    publish(remote, workspace, model=second, if_absent=True)
    assert (is_whole(server), channel(server)) == (True, "2.0.0")
