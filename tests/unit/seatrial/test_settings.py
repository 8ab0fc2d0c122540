"""Settings: one file, overridden in a known order, wrong ones named with their cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace

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
LOCAL = """
[instance]
name = "dev"
[store]
url = "az://seatrial/models"
endpoint = "http://127.64.0.251:10000/seatrial"
key_file = "secrets/blob-key"
[registry]
address = "127.64.0.250:5000"
insecure = true
config_dir = "secrets/docker"
[cluster]
kubeconfig = "kubeconfig"
context = "kind-dev"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with a small seatrial.toml and no local cloud."""
    (tmp_path / "seatrial.toml").write_text(FILE)
    return Workspace(tmp_path)


@pytest.fixture
def local(workspace: Workspace) -> Workspace:
    """The same with a local cloud that has written its addresses."""
    workspace.directory.mkdir(parents=True)
    (workspace.directory / "local.toml").write_text(LOCAL)
    return workspace


def test_the_committed_file_alone_is_enough(workspace: Workspace) -> None:
    """Without a local cloud, seatrial.toml and the documented defaults hold."""
    settings = load(workspace)
    assert settings.store.url == "file:///committed"
    assert settings.environment("local").replicas == 2


def test_the_local_cloud_goes_before_the_committed_file(local: Workspace) -> None:
    """What `make up` started is what the stages use; its files are found from any folder."""
    settings = load(local)
    assert settings.store.url == "az://seatrial/models"
    assert settings.store.key_file == str(local.directory / "secrets" / "blob-key")
    assert settings.registry.config_dir == str(local.directory / "secrets" / "docker")
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
        ("SEATRIAL_MODEL__CHANNEL", "next", lambda s: (s.model.name, s.model.channel) == ("m", "next")),
    ],
)
def test_a_variable_overrides_one_key_and_leaves_its_neighbours(
    local: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object
) -> None:
    """SEATRIAL_<SECTION>__<KEY> works for every table, the environments' included."""
    monkeypatch.setenv(name, value)
    assert callable(read)
    assert read(load(local))


def test_a_flag_goes_before_a_variable(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed now is what is meant."""
    monkeypatch.setenv("SEATRIAL_STORE__CONNECTIONS", "3")
    assert load(workspace, {"store": {"connections": 5}}).store.connections == 5


def test_somebody_elses_store_takes_nothing_from_the_local_one(
    local: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The local key is never sent to another address, and the other parts stay as they are."""
    monkeypatch.setenv("SEATRIAL_STORE__URL", "az://theirs/models")
    settings = load(local)
    assert (settings.store.url, settings.store.endpoint, settings.store.key_file) == (
        "az://theirs/models",
        "",
        "",
    )
    assert settings.registry.address == "127.64.0.250:5000"


@pytest.mark.parametrize(
    ("name", "value", "part", "left"),
    [
        ("SEATRIAL_REGISTRY__ADDRESS", "theirs.example", "registry", {"insecure": False, "config_dir": ""}),
        ("SEATRIAL_CLUSTER__CONTEXT", "theirs", "cluster", {"kubeconfig": ""}),
    ],
)
def test_somebody_elses_registry_or_cluster_takes_nothing_from_the_local_one(
    local: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    part: str,
    left: dict[str, object],
) -> None:
    """Plain http, local credentials and the local kubeconfig end with the local part."""
    monkeypatch.setenv(name, value)
    found = getattr(load(local), part)
    assert {key: getattr(found, key) for key in left} == left


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE + "[dns]\nport = 0\n", "dns.port"),
        (FILE.replace('name = "m"', "name = 3"), "model.name"),
        (FILE + "[registry]\nadress = 'x'\n", "registry.adress"),
        (FILE.replace('host = "h"', ""), "environments.local.host"),
        (FILE + "[validate]\nmin_agreement = 2\n", "validate.min_agreement"),
        (FILE + "[stores]\nurl = 'x'\n", "stores"),
    ],
)
def test_a_wrong_setting_is_named(workspace: Workspace, text: str, said: str) -> None:
    """The key that is wrong stands in the message, and where to read about it in the hint."""
    (workspace.root / "seatrial.toml").write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        load(workspace)
    assert "settings.md" in caught.value.hint


def test_a_variable_of_no_section_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in an override is told, not passed over."""
    monkeypatch.setenv("SEATRIAL_STROE__URL", "file:///elsewhere")
    with pytest.raises(UsageError, match="setting stroe"):
        load(workspace)


def test_a_file_that_is_no_toml_is_told_with_the_line(workspace: Workspace) -> None:
    """No traceback, but the place to mend."""
    (workspace.root / "seatrial.toml").write_text("[model\n")
    with pytest.raises(UsageError, match=r"seatrial.toml is not TOML.*line 1"):
        load(workspace)


def test_an_environment_that_does_not_exist_is_told_with_those_that_do(workspace: Workspace) -> None:
    """A typing error in ENV= costs one look."""
    with pytest.raises(UsageError, match="'prod'") as caught:
        load(workspace).environment("prod")
    assert "local" in caught.value.hint


def test_settings_do_not_change_once_read(workspace: Workspace) -> None:
    """No stage can alter what the next one reads."""
    settings: Settings = load(workspace)
    with pytest.raises(ValueError, match="frozen"):
        settings.store.url = "x"  # type: ignore[misc]
