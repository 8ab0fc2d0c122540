"""What `golden list`, `golden show` and `golden diff` print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import lock_to, write_evaluation, write_golden
from seatrial.cli import main
from seatrial.model.locks.lock import read_lock
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    published: Workspace, store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """A function that runs `seatrial golden` in the checkout: exit code, stdout, stderr."""
    monkeypatch.chdir(published.root)
    monkeypatch.setenv("SEATRIAL_STORE__URL", store.as_uri())

    def golden(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["seatrial", "golden", *arguments])
        with pytest.raises(SystemExit) as raised:
            main()
        printed = capsys.readouterr()
        return int(raised.value.code or 0), printed.out, printed.err

    return golden


def test_list_marks_the_locked_sets(
    run: Run, settings: Settings, published: Workspace, evaluation: Path, tmp_path: Path
) -> None:
    """A star is at the sets of model.lock, and only there."""
    write_golden(tmp_path / "second", version="2.0.0")
    done = publish(settings, published, golden=tmp_path / "second", evaluation=evaluation)
    lock = read_lock(published.lock)
    lock_to(published, lock.model, lock.golden, done.evaluation)
    code, out, _ = run("list")
    rows = [row.split() for row in out.splitlines()[1:]]
    assert code == 0
    starred = [(row[row.index("set") + 1], row[row.index("set") + 2]) for row in rows if row[0] == "*"]
    assert starred == [("colour-photos", "1.0.0"), ("many-colours", "1.0.0")]
    assert {row[row.index("set") + 1] for row in rows} == {"colour-photos", "many-colours"}
    found = json.loads(run("list", "--json")[1])
    assert {each["version"] for each in found} == {"1.0.0", "2.0.0"}


def test_list_without_a_lock_marks_nothing(run: Run, published: Workspace) -> None:
    """The store is listed before there is a model.lock."""
    published.lock.unlink()
    code, out, _ = run("list")
    assert (code, "colour-photos" in out, "*" in out) == (0, True, False)


def test_show_prints_photos_with_threshold_or_original(run: Run, golden: Path, evaluation: Path) -> None:
    """A golden set has thresholds, an evaluation set originals; the last line counts photos and originals."""
    _, out, err = run("show", "colour-photos/1.0.0")
    assert out.splitlines()[0].split() == ["file", "label", "index", "least", "licence", "source"]
    assert "red.png" in out
    assert "3 photos, 3 labels" in err
    _, out, err = run("show", str(evaluation))
    assert "original" in out.splitlines()[0]
    assert "6 photos of 3 originals, 3 labels" in err


def test_show_prints_the_first_photos_of_many(run: Run, tmp_path: Path) -> None:
    """Fifty photos are shown, all of them on request and in JSON."""
    write_evaluation(tmp_path / "many", copies=20)
    _, out, err = run("show", str(tmp_path / "many"))
    assert len(out.splitlines()) == 51
    assert "50 are shown, --all shows all" in err
    assert len(run("show", str(tmp_path / "many"), "--all")[1].splitlines()) == 61
    assert len(json.loads(run("show", str(tmp_path / "many"), "--json")[1])["photos"]) == 60


def test_diff_prints_what_changed(run: Run, tmp_path: Path) -> None:
    """A changed threshold is a row; equal sets have none, and both end with 0."""
    write_golden(tmp_path / "second", version="2.0.0", min_probability=0.8)
    code, out, err = run("diff", "colour-photos/1.0.0", str(tmp_path / "second"))
    assert code == 0
    assert [row.split()[:2] for row in out.splitlines()[1:]] == [
        ["changed", "blue.png"],
        ["changed", "green.png"],
        ["changed", "red.png"],
    ]
    assert "least 0.90 -> 0.80" in out
    assert "colour-photos 1.0.0 -> golden set colour-photos 2.0.0: 3 changed" in err
    code, out, err = run("diff", "colour-photos/1.0.0", "colour-photos/1.0.0")
    assert (code, out) == (0, "")
    assert "no difference in the photos" in err


def test_unknown_set_ends_with_two(run: Run) -> None:
    """Wrong usage is one line with the versions that there are."""
    code, _, err = run("show", "colour-photos/3")
    assert code == 2
    assert "its versions are 1.0.0" in err
