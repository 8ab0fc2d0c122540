"""What the command optimize prints."""

from __future__ import annotations

import sys

import pytest

from samples import MINIMAL_TOML
from seatrial.cli import main
from seatrial.results import Artefact, Check
from seatrial.stages import optimize
from seatrial.workspace import Workspace

DIGEST = "sha256:" + "d" * 64


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    """Run the command and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["seatrial", "optimize", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def checkout(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A checkout, in which the command runs."""
    (workspace.root / "seatrial.toml").write_text(MINIMAL_TOML)
    monkeypatch.chdir(workspace.root)
    return workspace


def test_it_prints_ratios_agreement_and_the_next_command(
    checkout: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has both versions side by side."""
    result = optimize.OptimizeResult.model_validate(
        {
            **dict.fromkeys(("working_state", "revision", "lock_digest"), "x"),
            "started": "2026-01-01T00:00:00Z",
            "seconds": 1,
            "model": Artefact(name="m", version="1.0.0-int8", digest=DIGEST),
            "parent": Artefact(name="m", version="1.0.0", digest=DIGEST),
            "path": "out",
            "photos": 100,
            "size": 5_000_000,
            "size_before": 20_000_000,
            "milliseconds": 2,
            "milliseconds_before": 5,
            "agreement": ("5 of 5 photos of the golden set",),
            "verdicts": [Check(name="a", passed=True, detail="d")],
        }
    )
    monkeypatch.setattr(optimize, "optimize", lambda *_: result)
    options = ("model", "--photos", "photos", "--out", "out", "--version", "1.0.0-int8")
    assert run(monkeypatch, *options) == 0
    printed = [" ".join(row.split()) for row in capsys.readouterr().err.splitlines()]
    assert printed[1:] == [
        "1.0.0-int8 1.0.0 ratio",
        "size 5.0 MB 20.0 MB 0.25",
        "inference 2.00 ms 5.00 ms 0.40",
        "same label on 5 of 5 photos of the golden set",
        "1 of 1 checks passed, calibrated with 100 photos",
        "next: make publish MODEL=out (1.0 s)",
    ]


def test_a_missing_input_is_named(
    checkout: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error has the whole command."""
    assert run(monkeypatch, "model", "--out", "out") == 2
    printed = capsys.readouterr().err
    assert "wrong usage (2): PHOTOS, VERSION: missing" in printed
    assert "make optimize MODEL=dir PHOTOS=dir OUT=dir VERSION=" in printed
