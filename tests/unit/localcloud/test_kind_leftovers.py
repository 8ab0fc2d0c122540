"""Removal of the /lib/modules that kind's node creates."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from localcloud import kind_leftovers


def client(*clusters: str) -> Any:
    """Return an engine client that lists these clusters."""
    return SimpleNamespace(containers=SimpleNamespace(list=lambda **_: list(clusters)))


def test_a_directory_that_kind_created_is_removed(tmp_path: Path) -> None:
    """A directory that did not exist before the first cluster is removed after the last one."""
    modules = tmp_path / "modules"
    kind_leftovers.record_absence(client(), modules)
    modules.mkdir()

    kind_leftovers.remove(client(), modules)

    assert not modules.exists()


def test_a_directory_that_existed_before_stays(tmp_path: Path) -> None:
    """A directory that existed before is not removed, even if it is empty."""
    modules = tmp_path / "modules"
    modules.mkdir()
    kind_leftovers.record_absence(client(), modules)

    kind_leftovers.remove(client(), modules)

    assert modules.exists()


def test_the_directory_stays_while_a_cluster_exists(tmp_path: Path) -> None:
    """Removing one of two clusters does not remove the directory."""
    modules = tmp_path / "modules"
    kind_leftovers.record_absence(client(), modules)
    modules.mkdir()

    kind_leftovers.remove(client("other"), modules)

    assert modules.exists()


def test_a_directory_with_content_stays(tmp_path: Path) -> None:
    """A kernel package that was installed meanwhile is not removed."""
    modules = tmp_path / "modules"
    kind_leftovers.record_absence(client(), modules)
    (modules / "6.1").mkdir(parents=True)

    kind_leftovers.remove(client(), modules)

    assert (modules / "6.1").exists()
