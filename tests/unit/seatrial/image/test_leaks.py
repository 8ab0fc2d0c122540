"""No image leaves with a credential in it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from samples import make_settings
from seatrial.errors import RefusedError
from seatrial.image.leaks import known_secrets, refuse_in_config, refuse_leaks
from seatrial.settings import Registry, Settings

KEY = "c2VhdHJpYWwtdGVzdC1rZXktbm90LXJlYWw="
LOOKS_LIKE_A_KEY = [
    ("private key", b"-----BEGIN " + b"RSA PRIVATE KEY-----\n" + b"M" * 64),
    ("Azure storage", b"AccountKey=" + b"A" * 86 + b"=="),
    ("SAS", b"https://a/b?sv=1&sig=" + b"A" * 44),
    ("AWS", b"AKIA" + b"A" * 16),
    ("GitHub", b"ghp_" + b"a" * 36),
    ("login", b'{"auth": "' + b"dXNlcjpwYXNzd29yZA==" + b'"}'),
]


@pytest.fixture
def guarded(settings: Settings, tmp_path: Path) -> Settings:
    """Settings whose store has a key and whose registry has a login."""
    (tmp_path / "key").write_text(KEY + "\n")
    login = base64.b64encode(b"pusher:registry-word").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"registry.test:5000": {"auth": login}}}))
    store = settings.store.model_copy(update={"key_file": str(tmp_path / "key")})
    registry = Registry(address="registry.test:5000", config_dir=str(tmp_path))
    return settings.model_copy(update={"store": store, "registry": registry})


def test_knows_what_it_holds(guarded: Settings) -> None:
    """The store's key, the registry's password in clear and as the file has it, and CI's tokens."""
    found = known_secrets(
        guarded, {"GITHUB_TOKEN": "token-of-ci-123", "PATH": "/usr/local/bin", "PIN_TOKEN": "1"}
    )
    login = base64.b64encode(b"pusher:registry-word")
    assert found == {KEY.encode(), b"registry-word", login, b"token-of-ci-123"}


def test_knows_each_line_of_a_credentials_file(guarded: Settings) -> None:
    """Of a file with several credentials, each alone is one that no image may hold."""
    Path(guarded.store.key_file).write_text("[default]\naws_secret_access_key = only-this/word+\n")
    with pytest.raises(RefusedError, match="a credential of ours"):
        refuse_leaks("app.py", b"key = 'only-this/word+'", known_secrets(guarded, {}))


def test_credential_of_ours_is_refused_and_not_repeated(guarded: Settings) -> None:
    """The refusal says where, and never what."""
    with pytest.raises(RefusedError, match=r"src/classifier/app\.py holds a credential") as error:
        refuse_leaks("src/classifier/app.py", b"key = '" + KEY.encode() + b"'", known_secrets(guarded, {}))
    assert KEY not in error.value.message + error.value.hint


@pytest.mark.parametrize(("kind", "data"), LOOKS_LIKE_A_KEY)
def test_what_looks_like_a_key_is_refused(kind: str, data: bytes) -> None:
    """Keys that we do not know are known by their look."""
    with pytest.raises(RefusedError, match=kind):
        refuse_leaks("file", b"before " + data + b" after", ())


def test_harmless_text_passes() -> None:
    """Words about keys are no keys."""
    refuse_leaks(
        "file", b"AccountKey=... -----BEGIN PRIVATE KEY----- in a comment; token=''", (b"secret-word",)
    )


def test_secret_in_the_environment_of_the_image_is_refused() -> None:
    """Environment, labels and history of the image are read too."""
    with pytest.raises(RefusedError, match="config"):
        refuse_in_config({"Config": {"Env": ["KEY=registry-word"]}}, [], (b"registry-word",))
    with pytest.raises(RefusedError, match="config"):
        refuse_in_config({}, [{"CreatedBy": "ARG PASSWORD=registry-word"}], (b"registry-word",))


def test_settings_without_credentials_hold_none() -> None:
    """Where nothing is set there is nothing to look for."""
    assert known_secrets(make_settings(url="file:///nowhere"), {}) == frozenset()
