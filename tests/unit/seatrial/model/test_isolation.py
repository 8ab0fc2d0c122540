"""The isolation of a model's subprocess, in the report and on the console."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from colours import write_model
from samples import write_golden
from seatrial.errors import OutsideError
from seatrial.model.inference import alone, isolated
from seatrial.model.inference.confinement import Confinement
from seatrial.model.locks.lock import Lock
from seatrial.model.validation.check_table import as_text
from seatrial.model.validation.checks import examine
from seatrial.model.validation.live import NoLiveModel
from seatrial.model.validation.locked_model import validation_failure
from seatrial.process import run
from seatrial.results import Artefact, Check
from seatrial.settings import Validate
from unit.seatrial.model import unable_machine

ISOLATED = ["isolated: network and processes", "isolated: files"]
ALONE = NoLiveModel("there is no other")
LOCK = Lock(
    model=Artefact(name="colours", version="1", digest="sha256:0"),
    golden=Artefact(name="photos", version="1", digest="sha256:0"),
)


def on_unable_machine(model: Path, golden: Path, required: str, console: Path) -> list[Check]:
    """Return the checks of a model on a machine that cannot isolate it; write its console to a file."""
    argv = [sys.executable, unable_machine.__file__, str(model), str(golden), required]
    done = run(argv, timeout=120)
    *warnings, checks = done.output.splitlines()
    console.write_text("\n".join(warnings))
    return [Check(**each) for each in json.loads(checks)]


def test_an_isolated_model_has_a_row_for_each_part(model: Path, golden: Path) -> None:
    """The report has what the model was isolated from, and the model is run."""
    checks = {
        each.name: each for each in examine(model, golden, ALONE, Validate(require_isolation=True)).checks
    }
    assert [checks[name].status for name in ISOLATED] == ["passed", "passed"]
    assert checks["loads and predicts"].passed


def test_a_machine_that_cannot_isolate_is_named(model: Path, golden: Path, tmp_path: Path) -> None:
    """The rows, the table and the console name what is missing and why; the model is still validated."""
    found = on_unable_machine(model, golden, "false", tmp_path / "console")
    checks = {each.name: each for each in found}
    why = "not isolated from network and processes, because Operation not permitted"
    assert checks[ISOLATED[0]].detail == why
    assert [checks[name].status for name in ISOLATED] == ["not judged", "not judged"]
    assert checks["loads and predicts"].passed
    assert f"not judged {ISOLATED[0]} {why}" in " ".join(as_text(found).split())
    assert f"warning: the model was {why}" in (tmp_path / "console").read_text()


def test_isolation_can_be_demanded(model: Path, golden: Path, tmp_path: Path) -> None:
    """A machine that cannot isolate the model then refuses it, with code 10, and does not read it."""
    checks = on_unable_machine(model, golden, "true", tmp_path / "console")
    assert [(each.name, each.passed) for each in checks] == [(name, False) for name in ISOLATED]
    error = validation_failure(LOCK, tuple(checks))
    assert error.exit_code == 10
    assert "validate.require_isolation = false" in error.hint


def test_a_lower_limit_of_the_user_stays(model: Path, golden: Path) -> None:
    """A process without privileges could not raise it, and is not made to try."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from seatrial.model.inference.isolated import run_isolated\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "print(run_isolated(Path(sys.argv[1]), Path(sys.argv[2]), 60).fault)\n"
    )
    done = run([sys.executable, "-c", code, str(model), str(golden)], timeout=120)
    assert done.output.strip() == ""


def test_a_file_that_is_not_onnx_is_refused(model: Path, golden: Path) -> None:
    """The file is parsed in the subprocess only, and its failed check is in the report."""
    (model / "model.onnx").write_bytes(b"no network")
    checks = {each.name: each for each in examine(model, golden, ALONE, Validate()).checks}
    assert checks["onnx: readable"].status == "failed"
    assert "loads and predicts" not in checks


def test_a_live_model_that_is_not_onnx_is_not_compared_with(
    model: Path, golden: Path, tmp_path: Path
) -> None:
    """The live model is inspected as well; that it is not run is the reason why nothing is compared."""
    write_model(tmp_path / "live")
    (tmp_path / "live" / "model.onnx").write_bytes(b"no network")
    found = examine(model, golden, tmp_path / "live", Validate()).checks
    (check,) = [each for each in found if each.name == "agrees with the live model"]
    assert "the live model fails here: onnx: readable" in check.detail


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("{}",),
        ("{}", "{}"),
        ("not JSON", "{}"),
        ("{}", '{"predictions": [], "inspection": []}'),
        ("{}", '{"predictions": [{"file": "red.png"}]}'),
        ("{}", "[" * 10000),
        (
            "{}",
            '{"predictions": [{"file": "red.png", "label": "red", "index": 0, "probability": 1,'
            ' "milliseconds": []}]}',
        ),
        ("{}", '{"fault": "\udcff"}'),
    ],
)
def test_unexpected_output_is_a_fault(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...]
) -> None:
    """A process that a model has taken over cannot pass, or crash the pipeline, by what it prints."""
    write_golden(tmp_path / "golden")

    def taken_over(arguments: list[str], output: Path, seconds: float) -> None:
        output.write_bytes("\n".join(lines).encode(errors="surrogateescape"))

    monkeypatch.setattr(alone, "start_alone", taken_over)
    result = isolated.run_isolated(model, tmp_path / "golden", 60)
    assert "unexpected output" in result.fault
    assert result.predictions == ()


def test_the_confinement_of_a_crashed_process_is_reported(
    model: Path, golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first line is read also if there is no other."""

    def crashed(arguments: list[str], output: Path, seconds: float) -> None:
        output.write_text('{"network": "no seccomp"}\n')
        raise OutsideError("python was ended by SIGSEGV")

    monkeypatch.setattr(alone, "start_alone", crashed)
    result = isolated.run_isolated(model, golden, 60)
    assert "SIGSEGV" in result.fault
    assert result.confinement == Confinement(network="no seccomp")
