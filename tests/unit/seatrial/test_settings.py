"""Settings: their precedence, and the errors that name an invalid one."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace
from unit.seatrial.settings_texts import LOCAL

FILE = """
[model]
name = "m"
[golden]
name = "g"
[store]
url = "file:///committed"
[image]
base = "b"
[environments.local]
namespace = "local"
overlay = "o"
host = "h"
"""


NO_LOGIN = {"insecure": False, "config_dir": "", "pull_config_dir": "", "pull_address": ""}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with a small seatrial.toml and no local cloud."""
    (tmp_path / "seatrial.toml").write_text(FILE)
    return Workspace(tmp_path)


@pytest.fixture
def local(workspace: Workspace) -> Workspace:
    """The same checkout with the local.toml of a local cloud."""
    workspace.directory.mkdir(parents=True)
    (workspace.directory / "local.toml").write_text(LOCAL)
    return workspace


def test_the_committed_file_alone_is_enough(workspace: Workspace) -> None:
    """Without a local cloud, the settings are those of seatrial.toml and the documented defaults."""
    settings = load(workspace)
    assert settings.store.url == "file:///committed"
    assert settings.environment("local").replicas == 2


def test_the_local_cloud_overrides_the_committed_file(local: Workspace) -> None:
    """The services that `make up` started are used; paths of its files are absolute."""
    settings = load(local)
    assert settings.store.url == "az://seatrial/models"
    assert settings.store.key_file == str(local.directory / "secrets" / "blob-key")
    assert settings.registry.config_dir == str(local.directory / "secrets" / "docker")
    assert settings.registry.pull_config_dir == str(local.directory / "secrets" / "docker-pull")
    assert settings.cluster.kubeconfig == str(local.directory / "kubeconfig")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SEATRIAL_STORE__CONNECTIONS", "3", lambda s: s.store.connections == 3),
        ("SEATRIAL_VALIDATE__MAX_MILLISECONDS", "7", lambda s: s.validation.max_milliseconds == 7),
        ("SEATRIAL_REGISTRY__INSECURE", "true", lambda s: s.registry.insecure),
        (
            "SEATRIAL_ENVIRONMENTS__LOCAL__BAKE_SECONDS",
            "1",
            lambda s: s.environment("local").bake_seconds == 1,
        ),
        ("SEATRIAL_MODEL__CHANNEL", "next", lambda s: s.model.channel == "next"),
    ],
)
def test_a_variable_overrides_one_key_of_a_section(
    local: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object
) -> None:
    """SEATRIAL_<SECTION>__<KEY> sets a key of any section, environments included; other keys are kept."""
    monkeypatch.setenv(name, value)
    assert callable(read)
    assert read(load(local))


def test_a_flag_overrides_a_variable(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the command line has the highest precedence."""
    monkeypatch.setenv("SEATRIAL_STORE__CONNECTIONS", "3")
    assert load(workspace, {"store": {"connections": 5}}).store.connections == 5


def test_another_store_does_not_get_the_local_credentials(
    local: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another URL, the local key and endpoint are not used; the other sections are unchanged."""
    monkeypatch.setenv("SEATRIAL_STORE__URL", "az://other/models")
    settings = load(local)
    assert (settings.store.url, settings.store.endpoint, settings.store.key_file) == (
        "az://other/models",
        "",
        "",
    )
    assert settings.registry.address == "127.64.0.250:5000"


@pytest.mark.parametrize(
    ("name", "value", "section", "expected"),
    [
        ("SEATRIAL_REGISTRY__ADDRESS", "other.example", "registry", NO_LOGIN),
        ("SEATRIAL_CLUSTER__CONTEXT", "other", "cluster", {"kubeconfig": ""}),
    ],
)
def test_another_registry_or_cluster_does_not_get_the_local_settings(
    local: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    section: str,
    expected: dict[str, object],
) -> None:
    """Plain HTTP, credentials and kubeconfig of the local cloud are not used for another service."""
    monkeypatch.setenv(name, value)
    found = getattr(load(local), section)
    assert {key: getattr(found, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        (FILE + "[dns]\nport = 0\n", "dns.port"),
        (FILE.replace('name = "m"', "channel = 3"), "model.channel"),
        (FILE + "[registry]\nadress = 'x'\n", "registry.adress"),
        (FILE.replace('host = "h"', ""), "environments.local.host"),
        (FILE + "[validate]\nmin_agreement = 2\n", "validate.min_agreement"),
        (FILE + "[stores]\nurl = 'x'\n", "stores"),
    ],
)
def test_an_invalid_setting_is_named(workspace: Workspace, text: str, setting: str) -> None:
    """The message has the key, and the hint the page that documents it."""
    (workspace.root / "seatrial.toml").write_text(text)
    with pytest.raises(UsageError, match=setting) as caught:
        load(workspace)
    assert "settings.md" in caught.value.hint


def test_an_unknown_key_is_called_unknown(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt key is reported in words of its own, not in those of the validator."""
    monkeypatch.setenv("SEATRIAL_STORE__ULR", "file:///elsewhere")
    with pytest.raises(UsageError, match=r"setting store\.ulr: unknown setting"):
        load(workspace)


def test_a_variable_of_an_unknown_section_is_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt variable is an error; it is not ignored."""
    monkeypatch.setenv("SEATRIAL_STROE__URL", "file:///elsewhere")
    with pytest.raises(UsageError, match="setting stroe"):
        load(workspace)


def test_a_file_that_is_not_toml_is_named_with_the_line(workspace: Workspace) -> None:
    """The error has the name of the file and the line."""
    (workspace.root / "seatrial.toml").write_text("[model\n")
    with pytest.raises(UsageError, match=r"seatrial.toml is not TOML.*line 1"):
        load(workspace)


def test_an_unknown_environment_is_named_with_the_known_ones(workspace: Workspace) -> None:
    """The hint for a misspelt `--env` lists the environments."""
    with pytest.raises(UsageError, match="'prod'") as caught:
        load(workspace).environment("prod")
    assert "local" in caught.value.hint


def test_settings_are_immutable(workspace: Workspace) -> None:
    """No key can be set after loading."""
    settings: Settings = load(workspace)
    with pytest.raises(ValueError, match="frozen"):
        settings.store.url = "x"  # type: ignore[misc]
