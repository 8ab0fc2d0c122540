"""The folder that kind's containers leave on the machine."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud import traces


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))


def engine(*clusters: str) -> Any:
    """Return an engine's list of clusters, with no engine behind it."""
    return SimpleNamespace(containers=SimpleNamespace(list=lambda **_: list(clusters)))


def test_the_folder_that_was_made_goes(tmp_path: Path) -> None:
    """What was absent before the first cluster is absent after the last."""
    modules = tmp_path / "modules"
    traces.remember(engine(), modules)
    modules.mkdir()

    traces.remove(engine(), modules)

    assert not modules.exists()


def test_the_folder_that_was_there_stays(tmp_path: Path) -> None:
    """A folder of the machine's own is never removed, even an empty one."""
    modules = tmp_path / "modules"
    modules.mkdir()
    traces.remember(engine(), modules)

    traces.remove(engine(), modules)

    assert modules.exists()


def test_the_folder_stays_while_a_cluster_uses_it(tmp_path: Path) -> None:
    """The last cluster takes it away, not the first."""
    modules = tmp_path / "modules"
    traces.remember(engine(), modules)
    modules.mkdir()

    traces.remove(engine("other"), modules)

    assert modules.exists()


def test_a_folder_that_was_filled_stays(tmp_path: Path) -> None:
    """A kernel package installed meanwhile is not touched."""
    modules = tmp_path / "modules"
    traces.remember(engine(), modules)
    (modules / "6.1").mkdir(parents=True)

    traces.remove(engine(), modules)

    assert (modules / "6.1").exists()
