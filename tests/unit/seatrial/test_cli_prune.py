"""`seatrial prune`: when it asks for confirmation, and what it prints."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seatrial import console
from seatrial.cli import main
from seatrial.commands.maintenance import show_pruned
from seatrial.results import PrunedItem, PruneResult
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace

Prune = Callable[..., tuple[str, str]]
REPORTS, KEPT = 23, 20


class _Terminal(io.StringIO):
    """Standard input of a user who types this text."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def reports(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reports of more runs than are kept, in a checkout without a cluster."""
    monkeypatch.chdir(workspace.root)
    monkeypatch.delenv("CI", raising=False)
    folder = workspace.root / "reports" / workspace.instance
    folder.mkdir(parents=True)
    for number in range(REPORTS):
        path = folder / f"run-{number}.json"
        path.write_text("{}")
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
    return folder


@pytest.fixture
def prune(reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Prune:
    """Run the command and return its output; `typed` is what the user types on a terminal."""

    def run(*options: str, typed: str | None = None) -> tuple[str, str]:
        if typed is not None:
            monkeypatch.setattr(sys, "stdin", _Terminal(typed))
            monkeypatch.setattr(console, "plain", lambda: os.environ.get("CI") == "true")
        monkeypatch.setattr(sys, "argv", ["seatrial", "prune", "--instance", "dev", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        return capsys.readouterr()

    return run


def _count(reports: Path) -> int:
    return len(list(reports.iterdir()))


def test_without_a_terminal_it_does_not_ask(prune: Prune, reports: Path) -> None:
    """A job removes at once, and prints a row for every item."""
    out, err = prune()
    assert _count(reports) == KEPT
    assert "Remove these" not in err
    assert len([row for row in out.splitlines() if row.startswith("report")]) == REPORTS
    assert "3 removed, 20 kept" in err


def test_on_a_terminal_the_plan_is_shown_before_the_question(prune: Prune, reports: Path) -> None:
    """The table has the items to be removed with the reason, and the parts that are not touched."""
    _, err = prune(typed="y\n")
    assert _count(reports) == KEPT
    plan, question, _ = err.partition("Remove these 3?")
    assert question
    assert [row.split()[:2] for row in plan.splitlines() if row.startswith("report")] == [
        ["report", f"run-{number}"] for number in (2, 1, 0)
    ]
    assert plan.count("nothing refers to it") == 3
    assert "images (local): not touched: " in plan


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_a_declined_plan_removes_nothing(prune: Prune, reports: Path, typed: str) -> None:
    """No, the default and the end of input all decline."""
    _, err = prune(typed=typed)
    assert _count(reports) == REPORTS
    assert "3 would be removed" in err


def test_yes_skips_the_question(prune: Prune, reports: Path) -> None:
    """`--yes` removes without asking on a terminal."""
    assert "Remove these" not in prune("--yes", typed="")[1]
    assert _count(reports) == KEPT


def test_in_ci_it_does_not_ask(prune: Prune, reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI=true means no user, even with a terminal."""
    monkeypatch.setenv("CI", "true")
    assert "Remove these" not in prune(typed="")[1]
    assert _count(reports) == KEPT


def test_a_dry_run_neither_asks_nor_removes(prune: Prune, reports: Path) -> None:
    """It shows every item with the reason, then the counts and the parts that are not touched."""
    out, err = prune("--dry-run", typed="")
    assert _count(reports) == REPORTS
    assert "Remove these" not in err
    assert out.count("would be removed") == 3
    assert out.count("one of the newest 20") == KEPT
    assert re.search(r"3 would be removed, 20 kept; images \(local\) not touched: ", err)
    assert "not touched" not in out


def test_the_plan_is_not_mixed_with_json(prune: Prune, reports: Path) -> None:
    """With `--json` stdout has only the result; plan and question are on stderr."""
    out, err = prune("--json", typed="y\n")
    assert json.loads(out)["dry_run"] is False
    assert "Remove these 3?" in err


def test_a_plan_that_removes_images_warns_of_other_checkouts(capsys: pytest.CaptureFixture[str]) -> None:
    """They share the engine, and nothing in an image names the checkout that built it."""
    fields = StageRun().fields(Workspace(Path(__file__).parents[3]))
    rows = [PrunedItem(kind=kind, name="a", removed=True, why="") for kind in ("report", "engine")]
    show_pruned(PruneResult(**fields, dry_run=True, items=rows[1:], untouched={}))
    assert "another checkout" in capsys.readouterr().err
    show_pruned(PruneResult(**fields, dry_run=True, items=rows[:1], untouched={}))
    assert "another checkout" not in capsys.readouterr().err
