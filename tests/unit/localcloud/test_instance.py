"""Names and folders of an instance."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from localcloud.instance import Instance, InstanceError, alone, find


@pytest.mark.parametrize("name", ["", "Dev", "1dev", "a_b", "a" * 21, "dev-", "../dev", "dev\n"])
def test_refuses_a_name_that_could_name_no_container(tmp_path: Path, name: str) -> None:
    """A name that containers, networks or folders could not carry is wrong usage, told in one line."""
    (tmp_path / "seatrial.toml").touch()

    with pytest.raises(InstanceError) as refused:
        find(name, tmp_path)

    assert refused.value.exit_code == 2
    assert "\n" not in refused.value.message
    assert "a-z" in refused.value.hint


def test_refuses_a_folder_outside_of_a_checkout(tmp_path: Path) -> None:
    """Outside a checkout nothing is started."""
    with pytest.raises(InstanceError, match=r"seatrial\.toml"):
        find("dev", tmp_path)


def test_finds_the_checkout_from_a_folder_in_it(tmp_path: Path) -> None:
    """A command may be typed anywhere in the checkout."""
    (tmp_path / "seatrial.toml").touch()
    (tmp_path / "src" / "deep").mkdir(parents=True)

    assert find("dev", tmp_path / "src" / "deep").root == tmp_path.resolve()


def test_two_checkouts_never_clash() -> None:
    """Instances of one name in two checkouts have different names in the engine."""
    assert Instance("dev", Path("/a")).docker_name != Instance("dev", Path("/b")).docker_name


def test_the_nodes_name_fits_a_host_name() -> None:
    """The longest instance name still gives a host name of at most 63 characters."""
    assert len(Instance("a" * 20, Path("/a")).node) <= 63


def test_folders_are_closed_to_others(instance: Instance) -> None:
    """Nobody but the owner can look into the instance's folders."""
    with alone(instance):
        modes = {folder.stat().st_mode & 0o777 for folder in (instance.directory, instance.secrets)}

    assert modes == {0o700}


def test_one_command_at_a_time(instance: Instance) -> None:
    """A second command that changes the instance waits until the first is done."""
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with alone(instance):
            order.append("second")

    with alone(instance):
        other = threading.Thread(target=second)
        other.start()
        entered.wait(5)
        other.join(0.5)
        order.append("first")
    other.join(5)

    assert order == ["first", "second"]


def test_the_lock_leaves_no_file(instance: Instance) -> None:
    """Holding an instance writes nothing into its folder."""
    with alone(instance):
        assert sorted(path.name for path in instance.directory.iterdir()) == ["logs", "secrets"]
