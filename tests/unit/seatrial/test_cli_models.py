"""`seatrial models`: what it lists, shows and compares, and when it removes something."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from colours import LABELS, write_model
from samples import lock_to
from seatrial.cli import main
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def seatrial(
    settings: Settings,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """The command in a checkout with the models 1.0.0, 2.0.0 and 3.0.0 in its store."""
    changed = (*LABELS[:-1], "azure")
    for version, labels in (("1.0.0", LABELS), ("2.0.0", LABELS), ("3.0.0", changed)):
        write_model(tmp_path / version, labels, version=version)
        done = publish(settings, workspace, model=tmp_path / version)
        assert done.model
        lock_to(workspace, done.model, done.model)
    monkeypatch.chdir(workspace.root)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("SEATRIAL_STORE__URL", settings.store.url)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["seatrial", "models", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as raised:
            main()
        found = capsys.readouterr()
        return int(raised.value.code or 0), found.out + found.err

    return run


def test_the_newest_are_listed_first(seatrial: Run) -> None:
    """A page has as many as asked for, with the channel and the publisher."""
    code, text = seatrial("list", "--limit", "2")
    _, first, second = text.splitlines()
    assert code == 0
    assert first.split()[0] == "3.0.0"
    assert "latest" in first
    assert second.split()[0] == "2.0.0"
    assert json.loads(seatrial("list", "--skip", "2", "--json")[1])["versions"][0]["version"] == "1.0.0"


def test_versions_of_an_older_program_can_be_added(seatrial: Run, store: Path) -> None:
    """Without an index the versions are named, with the option that adds them."""
    for path in (store / "models/colours/by-time").iterdir():
        path.unlink()
    assert "--rebuild: 1.0.0, 2.0.0, 3.0.0" in seatrial("list")[1]
    assert [line.split()[0] for line in seatrial("list", "--rebuild")[1].splitlines()[1:]] == [
        "3.0.0",
        "2.0.0",
        "1.0.0",
    ]


def test_a_model_is_shown(seatrial: Run) -> None:
    """The fields of card and publication are rows; a version that is not published ends with 30."""
    code, text = seatrial("show", "colours", "3.0.0")
    rows = dict(line.split(None, 1) for line in text.splitlines() if " " in line)
    assert code == 0
    assert rows["input.layout"].strip() == "NCHW"
    assert rows["channels"].strip() == "latest"
    assert rows["publication.publisher"]
    code, text = seatrial("show", "colours", "9.9")
    assert (code, len(text.splitlines())) == (30, 1)


def test_two_models_are_compared(seatrial: Run) -> None:
    """Changed files and labels are named; equal models have no difference."""
    code, text = seatrial("diff", "1.0.0", "colours/3.0.0")
    assert code == 0
    assert "labels.txt" in text
    assert "'blue' is now 'azure'" in text
    assert "model.onnx" not in text
    assert "have the same card, files and labels" in seatrial("diff", "1.0.0", "2.0.0")[1]


def test_nothing_is_removed_without_a_confirmation(seatrial: Run, store: Path) -> None:
    """Elsewhere than on a terminal the versions remain unless --yes is given."""
    assert "would be removed" in seatrial("prune", "--keep", "1")[1]
    assert len(list((store / "models/colours").glob("*/model.json"))) == 3


@pytest.mark.parametrize("words", [("list", "Not A Name"), ("show", "../x", "1"), ("diff", "a/b/c", "1")])
def test_a_name_that_could_leave_the_store_is_wrong_usage(seatrial: Run, words: tuple[str, ...]) -> None:
    """Names and versions are those that a key may have."""
    code, text = seatrial(*words)
    assert (code, len(text.splitlines())) == (2, 1)
