"""What the commands of the model print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from seatrial.check_result import not_judged
from seatrial.cli import main
from seatrial.results import Artefact, Check, FetchResult, ValidateResult
from seatrial.workspace import Workspace

MODEL = Artefact(name="colours", version="1.0.0", digest="sha256:" + "d" * 64)
STAGE = {
    "working_state": "t",
    "revision": "r",
    "lock_digest": "l",
    "started": "2026-01-01T00:00:00Z",
    "seconds": 1,
    "model": MODEL,
    "golden": MODEL,
}


@pytest.fixture
def output(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Any], str]:
    """Return a function that runs the command of a stage with this result and returns its stderr."""
    monkeypatch.chdir(workspace.root)

    def run(result: Any) -> str:
        module = ModuleType(f"seatrial.stages.{result.stage}")
        setattr(module, result.stage, lambda *_, **__: result)
        module.validate_directories = None
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(sys, "argv", ["seatrial", result.stage, "--instance", "dev"])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize(("sent", "source"), [(0, "from the cache"), (1_500_000, "1.5 MB from the store")])
def test_fetch_names_the_source_of_the_files(output: Callable[[Any], str], sent: int, source: str) -> None:
    """Without a transfer the files are from the cache."""
    result = FetchResult.model_validate(
        {**STAGE, "model_path": "m", "golden_path": "g", "bytes_transferred": sent}
    )
    assert output(result).startswith(f"fetch: colours 1.0.0 {MODEL.digest}, {source} (")


@pytest.mark.parametrize("older", [True, False])
def test_validate_counts_checks_without_a_comparison_apart(output: Callable[[Any], str], older: bool) -> None:
    """A check that had nothing to compare with is not counted as passed, also in an older result."""
    name, why = "agrees with the live model", "no other model is known to be live"
    missing = Check(name=name, passed=True, detail=f"not compared: {why}") if older else not_judged(name, why)
    checks = (
        Check(name="loads and predicts", passed=True, detail="fine"),
        missing,
    )
    lines = output(ValidateResult.model_validate({**STAGE, "passed": True, "verdicts": checks})).splitlines()
    assert [line.split()[:2] for line in lines if "live model" in line] == [["not", "judged"]]
    assert lines[-1].startswith("1 of 2 checks passed, 1 not judged (")


def test_validate_counts_missing_isolation_apart(output: Callable[[Any], str]) -> None:
    """A check of the isolation that the machine does not have is not counted as passed."""
    why = "not isolated from files, because of a test"
    checks = (
        Check(name="isolated: files", passed=True, detail=why, judged=False),
        Check(name="loads and predicts", passed=True, detail="fine"),
    )
    printed = output(ValidateResult.model_validate({**STAGE, "passed": True, "verdicts": checks}))
    assert why in printed
    assert "1 of 2 checks passed, 1 not judged" in printed
