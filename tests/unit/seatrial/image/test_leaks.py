"""The secret scan."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from samples import make_settings
from seatrial.errors import RefusedError
from seatrial.image.leaks import known_secrets, require_no_secrets, require_no_secrets_in_config
from seatrial.settings import Registry, Settings

KEY = "c2VhdHJpYWwtdGVzdC1rZXktbm90LXJlYWw="
SECRET_LOOKING = [
    ("private key", b"-----BEGIN " + b"RSA PRIVATE KEY-----\n" + b"M" * 64),
    ("Azure storage", b"AccountKey=" + b"A" * 86 + b"=="),
    ("SAS", b"https://a/b?sv=1&sig=" + b"A" * 44),
    ("AWS", b"AKIA" + b"A" * 16),
    ("GitHub", b"ghp_" + b"a" * 36),
    ("login", b'{"auth": "' + b"dXNlcjpwYXNzd29yZA==" + b'"}'),
]


@pytest.fixture
def with_secrets(settings: Settings, tmp_path: Path) -> Settings:
    """Settings whose store has a key and whose registry has a login."""
    (tmp_path / "key").write_text(KEY + "\n")
    login = base64.b64encode(b"pusher:registry-word").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"registry.test:5000": {"auth": login}}}))
    store = settings.store.model_copy(update={"key_file": str(tmp_path / "key")})
    registry = Registry(address="registry.test:5000", config_dir=str(tmp_path))
    return settings.model_copy(update={"store": store, "registry": registry})


def test_known_secrets_come_from_settings_and_environment(with_secrets: Settings) -> None:
    """Known are the store key, the registry password in clear and in base64, and tokens of the CI."""
    found = known_secrets(
        with_secrets, {"GITHUB_TOKEN": "token-of-ci-123", "PATH": "/usr/local/bin", "PIN_TOKEN": "1"}
    )
    login = base64.b64encode(b"pusher:registry-word")
    assert found == {KEY.encode(), b"registry-word", login, b"token-of-ci-123"}


def test_the_login_of_the_nodes_is_known(with_secrets: Settings, tmp_path: Path) -> None:
    """An image contains neither the pipeline's nor the nodes' password."""
    login = base64.b64encode(b"nodes:pull-word").decode()
    (tmp_path / "pull").mkdir()
    text = json.dumps({"auths": {"registry.test:5000": {"auth": login}}})
    (tmp_path / "pull" / "config.json").write_text(text)
    pull = {"pull_config_dir": str(tmp_path / "pull")}
    registry = with_secrets.registry.model_copy(update=pull)
    found = known_secrets(with_secrets.model_copy(update={"registry": registry}), {})
    assert {b"registry-word", b"pull-word", login.encode()} <= found


def test_each_value_of_a_credentials_file_is_a_secret(with_secrets: Settings) -> None:
    """A single value of a credentials file is refused, too."""
    Path(with_secrets.store.key_file).write_text("[default]\naws_secret_access_key = only-this/word+\n")
    with pytest.raises(RefusedError, match="a known credential"):
        require_no_secrets("app.py", b"key = 'only-this/word+'", known_secrets(with_secrets, {}))


def test_the_error_does_not_repeat_the_secret(with_secrets: Settings) -> None:
    """The error names the file and never the value."""
    data = b"key = '" + KEY.encode() + b"'"
    with pytest.raises(RefusedError, match=r"src/classifier/app\.py contains a known credential") as error:
        require_no_secrets("src/classifier/app.py", data, known_secrets(with_secrets, {}))
    assert KEY not in error.value.message + error.value.hint


@pytest.mark.parametrize(("kind", "data"), SECRET_LOOKING)
def test_text_that_looks_like_a_secret_is_refused(kind: str, data: bytes) -> None:
    """Unknown secrets are found by their format."""
    with pytest.raises(RefusedError, match=kind):
        require_no_secrets("file", b"before " + data + b" after", ())


def test_text_about_secrets_passes() -> None:
    """Names and prefixes without a value are not secrets."""
    require_no_secrets(
        "file", b"AccountKey=... -----BEGIN PRIVATE KEY----- in a comment; token=''", (b"secret-word",)
    )


def test_environment_and_history_of_the_image_are_scanned() -> None:
    """A secret in a variable or in a build argument is refused."""
    with pytest.raises(RefusedError, match="config"):
        require_no_secrets_in_config({"Config": {"Env": ["KEY=registry-word"]}}, [], (b"registry-word",))
    with pytest.raises(RefusedError, match="config"):
        require_no_secrets_in_config({}, [{"CreatedBy": "ARG PASSWORD=registry-word"}], (b"registry-word",))


def test_settings_without_credentials_have_no_secrets() -> None:
    """Without a key file and a registry, nothing is known."""
    assert known_secrets(make_settings(url="file:///nowhere"), {}) == frozenset()
