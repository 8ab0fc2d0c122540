"""Credential helpers and config.json files of Docker, as people really have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.errors import SeatrialError, UsageError
from seatrial.image import credential_helper
from seatrial.image.credentials import Credentials, find_credentials
from seatrial.settings import Registry

SECRET = "not-a-real-password"


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a helper to write, which is the credential store of the registry."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "made"}))
    return tmp_path / "docker-credential-made"


def ask(folder: Path) -> Credentials:
    """Return the credentials that the config.json in a directory gives."""
    return find_credentials(Registry(address="acr.example.io", config_dir=str(folder)))


def write_helper(path: Path, script: str) -> None:
    """Write an executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("user", "expected"),
    [("me", Credentials("me", SECRET)), ("<token>", Credentials(token=SECRET))],
)
def test_a_helper_gets_the_address_and_returns_a_login(
    helper: Path, user: str, expected: Credentials
) -> None:
    """The address is its standard input; the user `<token>` means an identity token."""
    answer = json.dumps({"ServerURL": "x", "Username": user, "Secret": SECRET})
    write_helper(helper, f"read address; [ \"$1 $address\" = 'get acr.example.io' ] && echo '{answer}'")
    assert ask(helper.parent) == expected


def test_a_helper_without_a_login_leaves_the_file(helper: Path) -> None:
    """As with the docker client's library, the logins in the file are next."""
    write_helper(helper, "echo 'credentials not found in native keychain'; exit 1")
    login = {"acr.example.io": {"auth": "dTpw"}}
    (helper.parent / "config.json").write_text(json.dumps({"credsStore": "made", "auths": login}))
    assert ask(helper.parent) == Credentials("u", "p")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (None, "docker-credential-made.* is not installed"),
        (f"echo 'A specified logon session does not exist: {SECRET}'; exit 1", "failed with exit code 1"),
        (f"echo '{SECRET}'", "returned no login"),
        (f"echo '[\"{SECRET}\"]'", "returned no login"),
        ("exec sleep 600", "did not answer in"),
    ],
)
def test_a_helper_that_does_not_work_is_named(
    helper: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, message: str
) -> None:
    """The error names the helper and the way out, and shows nothing that the helper printed."""
    monkeypatch.setattr(credential_helper, "HELPER_SECONDS", 1)
    if script:
        write_helper(helper, script)
    with pytest.raises(SeatrialError, match=message) as raised:
        ask(helper.parent)
    assert raised.value.exit_code == (30 if "did not answer" in message else 2)
    assert "config.json" in raised.value.hint
    assert SECRET not in raised.value.line + raised.value.log


@pytest.mark.parametrize("text", ["\ufeff{}", '{"auths": {},}', "", f"{{'auth': '{SECRET}'}}"])
def test_a_file_that_is_not_json_is_not_read_as_empty(tmp_path: Path, text: str) -> None:
    """Anonymous access would be refused later, with another reason."""
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(UsageError, match=r"config\.json is not JSON") as raised:
        ask(tmp_path)
    assert SECRET not in raised.value.line


def test_a_directory_without_a_file_does_not_give_the_users_own_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login that only pulls must not silently become the login that pushes."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "config.json").write_text(json.dumps({"auths": {"acr.example.io": {"auth": "dTpw"}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(own))
    assert ask(tmp_path) == Credentials()
