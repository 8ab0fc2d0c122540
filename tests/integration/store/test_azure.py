"""Errors of Azure Blob Storage on the command line, with Azurite and with an unreachable service."""

from __future__ import annotations

import base64
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.identity
import pytest
from azure.core.credentials import AccessToken

from samples import lock_to
from seatrial.cli import main
from seatrial.errors import UsageError
from seatrial.results import Artefact
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import StoreAccessError, StoreUnreachableError
from seatrial.workspace import Workspace


@pytest.fixture
def store_settings(azurite: StoreSettings) -> StoreSettings:
    """Azurite alone."""
    return azurite


@pytest.fixture
def locked(workspace: Workspace) -> Workspace:
    """A workspace with a lock of unpublished versions."""
    for name in ("colours", "colour-photos"):
        artefact = Artefact(name=name, version="1.0.0", digest="sha256:" + "00" * 32)
    lock_to(workspace, artefact.model_copy(update={"name": "colours"}), artefact)
    return workspace


@dataclass(frozen=True)
class CommandExit:
    """The exit code of a command and the one line on its stderr."""

    code: int
    line: str


Command = Callable[..., CommandExit]


@pytest.fixture
def seatrial(
    locked: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command in the locked workspace, with the store in environment variables."""

    def command(*words: str, **store: Any) -> CommandExit:
        monkeypatch.chdir(locked.root)
        monkeypatch.setattr(sys, "argv", ["seatrial", *words])
        monkeypatch.setenv("SEATRIAL_INSTANCE", locked.instance)
        for name, value in store.items():
            monkeypatch.setenv(f"SEATRIAL_STORE__{name.upper()}", str(value))
        with pytest.raises(SystemExit) as raised:
            main()
        (line,) = capsys.readouterr().err.splitlines()
        return CommandExit(int(raised.value.code or 0), line)

    return command


def test_a_wrong_key_is_one_line_without_secrets(
    seatrial: Command, azurite: StoreSettings, tmp_path: Path
) -> None:
    """A wrong account key ends with a hint at the setting, without key and signature."""
    wrong = base64.b64encode(os.urandom(64)).decode()
    (tmp_path / "key").write_text(wrong)
    done = seatrial("fetch", **{**azurite.model_dump(), "key_file": tmp_path / "key"})
    line = done.line
    assert done.code == 30
    assert "refuses access" in line
    assert "Cure: check store.key_file" in line
    assert wrong not in line
    assert "ignature" not in line


def test_publish_with_a_wrong_key_is_refused(
    seatrial: Command, azurite: StoreSettings, model: Path, tmp_path: Path
) -> None:
    """Publishing ends with the same line, and nothing is written."""
    (tmp_path / "key").write_text(base64.b64encode(os.urandom(64)).decode())
    store = {**azurite.model_dump(), "key_file": tmp_path / "key"}
    done = seatrial("publish", str(model), **store)
    assert done.code == 30
    assert "refuses access" in done.line
    with pytest.raises(StoreAccessError):
        open_store(StoreSettings(**{**store, "key_file": str(tmp_path / "key")})).replace("x", b"", None)


@pytest.mark.parametrize("content", ["not base64!", "", None])
def test_a_key_file_without_a_key_is_wrong_usage(
    seatrial: Command, azurite: StoreSettings, tmp_path: Path, content: str | None
) -> None:
    """A key file that is missing, empty or not base64 ends before any request."""
    if content is not None:
        (tmp_path / "key").write_text(content)
    done = seatrial("fetch", **{**azurite.model_dump(), "key_file": tmp_path / "key"})
    assert done.code == 2
    assert "store.key_file" in done.line


def test_a_missing_version_is_an_error(seatrial: Command, azurite: StoreSettings) -> None:
    """A lock of an unpublished version ends with 30 and the command that publishes."""
    done = seatrial("fetch", **azurite.model_dump())
    assert done.code == 30
    assert "has no model colours 1.0.0. Cure: publish it" in done.line


def test_an_unreachable_store_is_an_error_within_the_deadline(
    seatrial: Command, azurite: StoreSettings
) -> None:
    """A refused connection ends in time, with a hint at the settings."""
    away = {**azurite.model_dump(), "endpoint": "http://127.0.0.1:9/seatrial", "timeout_seconds": 4}
    start = time.monotonic()
    done = seatrial("fetch", **away)
    assert time.monotonic() - start < 20
    assert done.code == 30
    assert "does not answer" in done.line
    assert "store.endpoint" in done.line


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts connections and sends nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("kind", ["azurite", "s3_by_moto"])
def test_a_silent_store_ends_at_the_deadline(kind: str, request: pytest.FixtureRequest, silent: int) -> None:
    """A connection without a response ends at the deadline."""
    settings: StoreSettings = request.getfixturevalue(kind)
    away = settings.model_copy(update={"endpoint": f"http://127.0.0.1:{silent}/x", "timeout_seconds": 2})
    start = time.monotonic()
    with pytest.raises(StoreUnreachableError):
        open_store(away).read("models/x/1/model.json")
    assert time.monotonic() - start < 10


def test_without_a_key_the_identity_of_the_user_is_used(
    azurite: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key file the SDK gets DefaultAzureCredential; no token is sent over plain http."""
    scopes_used: list[str] = []

    class Identity:
        """Replaces DefaultAzureCredential, which needs the token service of Azure."""

        def __init__(self, **_: object) -> None:
            """Take every option."""

        def get_token(self, *scopes: str, **_: object) -> AccessToken:
            """Return a token that no service accepts."""
            scopes_used.extend(scopes)
            return AccessToken("a-token", int(time.time()) + 3600)

    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", Identity)
    own = azurite.model_copy(update={"key_file": ""})
    with pytest.raises(UsageError, match="plain http"):
        open_store(own)
    assert scopes_used == []
    secure = own.model_copy(update={"endpoint": "https://127.0.0.1:9/seatrial", "timeout_seconds": 4})
    with pytest.raises(StoreUnreachableError, match="does not answer"):
        open_store(secure).read("x")
    assert scopes_used == ["https://storage.azure.com/.default"]
