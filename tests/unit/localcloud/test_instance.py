"""Names, directories and the lock of an instance."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from localcloud.down import all_of
from localcloud.instance import Instance, InstanceError, find, locked


@pytest.mark.parametrize("name", ["", "Dev", "1dev", "a_b", "a" * 21, "dev-", "../dev", "dev\n"])
def test_an_invalid_name_is_wrong_usage(tmp_path: Path, name: str) -> None:
    """A name that is invalid for containers, networks or directories is wrong usage, with exit code 2."""
    (tmp_path / "seatrial.toml").touch()

    with pytest.raises(InstanceError) as refused:
        find(name, tmp_path)

    assert refused.value.exit_code == 2
    assert "\n" not in refused.value.message
    assert "a-z" in refused.value.hint


def test_a_directory_outside_of_a_checkout_is_refused(tmp_path: Path) -> None:
    """Outside of a checkout there is no instance."""
    with pytest.raises(InstanceError, match=r"seatrial\.toml"):
        find("dev", tmp_path)


def test_the_checkout_is_found_from_a_directory_in_it(tmp_path: Path) -> None:
    """A command works in every directory of the checkout."""
    (tmp_path / "seatrial.toml").touch()
    (tmp_path / "src" / "deep").mkdir(parents=True)

    assert find("dev", tmp_path / "src" / "deep").root == tmp_path.resolve()


def test_two_checkouts_have_distinct_names() -> None:
    """Instances of the same name in two checkouts have distinct names in the engine."""
    assert Instance("dev", Path("/a")).docker_name != Instance("dev", Path("/b")).docker_name


def test_the_nodes_name_fits_a_host_name() -> None:
    """The longest instance name still gives a host name of at most 63 characters."""
    assert len(Instance("a" * 20, Path("/a")).node) <= 63


def test_directories_are_readable_by_their_owner_only(instance: Instance) -> None:
    """The instance's directories have mode 0700."""
    with locked(instance):
        modes = {folder.stat().st_mode & 0o777 for folder in (instance.directory, instance.secrets)}

    assert modes == {0o700}


def test_only_one_command_changes_an_instance(instance: Instance) -> None:
    """A second command that changes the instance waits for the first one, and reports that it waits."""
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with locked(instance, order.append):
            order.append("second")

    with locked(instance):
        other = threading.Thread(target=second)
        other.start()
        entered.wait(5)
        other.join(0.5)
        order.append("first")
    other.join(5)

    assert order == ["waiting for another command that is changing unit", "first", "second"]


def test_the_lock_file_is_not_in_the_instances_directory(instance: Instance) -> None:
    """The lock file is in the cache directory, so that the instance's directory can be removed."""
    with locked(instance):
        assert sorted(path.name for path in instance.directory.iterdir()) == ["logs", "secrets"]


def test_the_instances_of_a_checkout_are_named_by_their_directories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without an engine; `down --all` removes what is listed."""
    monkeypatch.setattr("localcloud.engine.find", lambda: None)
    for name, file in (("one", "local.toml"), ("two", "secrets")):
        (tmp_path / ".seatrial" / name).mkdir(parents=True)
        (tmp_path / ".seatrial" / name / file).touch()
    assert [each.name for each in all_of(Instance("dev", tmp_path))] == ["one", "two"]
