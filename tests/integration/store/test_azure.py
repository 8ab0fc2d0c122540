"""What real Azurite, and a line that is down, do to the command line."""

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
from seatrial.stores.protocol import AccessError, UnreachableError
from seatrial.workspace import Workspace


@pytest.fixture
def store_settings(azurite: StoreSettings) -> StoreSettings:
    """Azurite alone."""
    return azurite


@pytest.fixture
def locked(workspace: Workspace) -> Workspace:
    """A workspace locked to what nobody published."""
    for name in ("colours", "colour-photos"):
        artefact = Artefact(name=name, version="1.0.0", digest="sha256:" + "00" * 32)
    lock_to(workspace, artefact.model_copy(update={"name": "colours"}), artefact)
    return workspace


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code, and the one line that it said."""

    code: int
    line: str


Command = Callable[..., Ended]


@pytest.fixture
def seatrial(
    locked: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command line in the locked workspace, with a store given by the environment."""

    def command(*words: str, **store: Any) -> Ended:
        monkeypatch.chdir(locked.root)
        monkeypatch.setattr(sys, "argv", ["seatrial", *words])
        monkeypatch.setenv("SEATRIAL_INSTANCE", locked.instance)
        for name, value in store.items():
            monkeypatch.setenv(f"SEATRIAL_STORE__{name.upper()}", str(value))
        with pytest.raises(SystemExit) as ended:
            main()
        (line,) = capsys.readouterr().err.splitlines()
        return Ended(int(ended.value.code or 0), line)

    return command


def test_a_wrong_key_is_one_line_and_no_secret(
    seatrial: Command, azurite: StoreSettings, tmp_path: Path
) -> None:
    """Azurite refuses a key that is not the account's; the user reads what to check, and no signature."""
    wrong = base64.b64encode(os.urandom(64)).decode()
    (tmp_path / "key").write_text(wrong)
    done = seatrial("fetch", **{**azurite.model_dump(), "key_file": tmp_path / "key"})
    line = done.line
    assert done.code == 30
    assert "refuses access" in line
    assert "Cure: check store.key_file" in line
    assert wrong not in line
    assert "ignature" not in line


def test_publishing_with_a_wrong_key_is_refused_too(
    seatrial: Command, azurite: StoreSettings, model: Path, tmp_path: Path
) -> None:
    """Nothing is written, no container is made, and the line is the same."""
    (tmp_path / "key").write_text(base64.b64encode(os.urandom(64)).decode())
    store = {**azurite.model_dump(), "key_file": tmp_path / "key"}
    done = seatrial("publish", str(model), **store)
    assert done.code == 30
    assert "refuses access" in done.line
    with pytest.raises(AccessError):
        open_store(StoreSettings(**{**store, "key_file": str(tmp_path / "key")})).replace("x", b"", None)


@pytest.mark.parametrize("content", ["not base64!", "", None])
def test_a_key_file_without_a_key_is_wrong_usage(
    seatrial: Command, azurite: StoreSettings, tmp_path: Path, content: str | None
) -> None:
    """A key file that is missing, empty or no key is told before the store is asked."""
    if content is not None:
        (tmp_path / "key").write_text(content)
    done = seatrial("fetch", **{**azurite.model_dump(), "key_file": tmp_path / "key"})
    assert done.code == 2
    assert "store.key_file" in done.line


def test_a_missing_version_names_the_cure(seatrial: Command, azurite: StoreSettings) -> None:
    """A lock that names what is not in the store ends 30 and says how to publish."""
    done = seatrial("fetch", **azurite.model_dump())
    assert done.code == 30
    assert "has no model colours 1.0.0. Cure: publish it" in done.line


def test_a_store_that_is_down_is_told_soon(seatrial: Command, azurite: StoreSettings) -> None:
    """Where nobody listens, the command ends by its deadline and names the settings to check."""
    away = {**azurite.model_dump(), "endpoint": "http://127.0.0.1:9/seatrial", "timeout_seconds": 4}
    start = time.monotonic()
    done = seatrial("fetch", **away)
    assert time.monotonic() - start < 20
    assert done.code == 30
    assert "does not answer" in done.line
    assert "store.endpoint" in done.line


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a listener that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("kind", ["azurite", "s3_by_moto"])
def test_a_store_that_never_answers_is_given_up(
    kind: str, request: pytest.FixtureRequest, silent: int
) -> None:
    """A connection that is taken and left silent ends with the deadline."""
    settings: StoreSettings = request.getfixturevalue(kind)
    away = settings.model_copy(update={"endpoint": f"http://127.0.0.1:{silent}/x", "timeout_seconds": 2})
    start = time.monotonic()
    with pytest.raises(UnreachableError):
        open_store(away).read("models/x/1/model.json")
    assert time.monotonic() - start < 10


def test_azure_identity_is_asked_where_no_key_is_given_with_azure_itself_mocked(
    azurite: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key file the SDK is handed the user's own identity, and no token goes over plain http."""
    asked: list[str] = []

    class Identity:
        """Stands for DefaultAzureCredential: Azure's token service cannot be here."""

        def get_token(self, *scopes: str, **_: object) -> AccessToken:
            """Give a token that nobody honours."""
            asked.extend(scopes)
            return AccessToken("a-token", int(time.time()) + 3600)

    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", Identity)
    own = azurite.model_copy(update={"key_file": ""})
    with pytest.raises(UsageError, match="plain http"):
        open_store(own)
    assert asked == []
    secure = own.model_copy(update={"endpoint": "https://127.0.0.1:9/seatrial", "timeout_seconds": 4})
    with pytest.raises(UnreachableError, match="does not answer"):
        open_store(secure).read("x")
    assert asked == ["https://storage.azure.com/.default"]
