"""The command line: every failure is one line and the documented exit code."""

from __future__ import annotations

import errno
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from samples import MINIMAL_TOML
from seatrial import errors
from seatrial.cli import main
from seatrial.results import Artefact
from seatrial.stages.update import UpdateResult

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Call]:
    """Run `seatrial …` in a small checkout and return exit code, stdout and stderr."""
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEATRIAL_INSTANCE", raising=False)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["seatrial", *words])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | UpdateResult], None]:
    """Replace the stage `update` by one that raises an error or returns a result."""

    def end(outcome: Exception | UpdateResult) -> None:
        def update(settings: object, workspace: object, **options: object) -> UpdateResult:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        module = ModuleType("seatrial.stages.update")
        module.update = update  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "seatrial.stages.update", module)

    return end


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 2),
        (errors.RefusedError, 10),
        (errors.HeldError, 12),
        (errors.RolledBackError, 20),
        (errors.RollbackFailedError, 21),
        (errors.OutsideError, 30),
    ],
)
def test_every_error_is_one_line_and_its_exit_code(
    call: Call, stage: Callable[..., None], kind: type[errors.SeatrialError], code: int
) -> None:
    """The line on stderr has the kind, the code, the message and the hint; stdout is empty."""
    stage(kind("the disk failed", "replace it"))
    ended, out, err = call("update")
    assert ended == code
    assert out == ""
    assert err.splitlines() == [f"seatrial: {kind.word} ({code}): the disk failed. Cure: replace it."]


def test_a_line_has_no_double_period(call: Call, stage: Callable[..., None]) -> None:
    """The periods of a message and hint that a library wrote are not repeated."""
    stage(errors.OutsideError("No configuration found.", "Create one."))
    assert call("update")[2].strip().endswith("No configuration found. Cure: Create one.")


@pytest.mark.parametrize("command", ["deploy", "accept", "promote", "rollback"])
def test_the_help_of_a_release_command_has_its_exit_codes(call: Call, command: str) -> None:
    """A script's author finds the codes in the help: the refusal, and the rollback of those that switch."""
    code, out, _ = call(command, "--help")
    listed = {word for row in out.partition("Exit codes:")[2].splitlines() for word in row.split()[:1]}
    assert code == 0
    assert listed >= {"0", "2", "10", "12", "21", "30", "130"}
    assert ("20" in listed) == (command != "rollback")


def test_the_log_of_an_error_is_printed_before_its_line(call: Call, stage: Callable[..., None]) -> None:
    """The last lines of a failed command are printed with a margin; the error itself is the last line."""
    stage(errors.OutsideError("docker build ended with 1", log="step 3\nno such file"))
    assert call("update")[2].splitlines()[:2] == ["  | step 3", "  | no such file"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_an_error_of_the_operating_system_is_one_line(
    call: Call, stage: Callable[..., None], number: int
) -> None:
    """A full disk or a missing permission is reported with the path and a hint, without a traceback."""
    stage(OSError(number, "refused by the system", "some/file"))
    code, _, err = call("update")
    assert code == 30
    assert "some/file. Cure: " in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("words", [("no-such-stage",), ("update", "--no-such-option"), ("update", "extra")])
def test_wrong_usage_exits_2_with_one_line(call: Call, words: tuple[str, ...]) -> None:
    """For a misspelt command, option or argument the error refers to --help."""
    code, _, err = call(*words)
    assert code == 2
    assert "--help" in err
    assert len(err.splitlines()) == 1


def test_an_invalid_instance_name_exits_2(call: Call) -> None:
    """The name of an instance is checked before a stage begins."""
    code, _, err = call("update", "--instance", "No/Name")
    assert code == 2
    assert "'No/Name'" in err


def test_an_invalid_setting_exits_2(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the setting, and no stage begins."""
    monkeypatch.setenv("SEATRIAL_STORE__CONNECTIONS", "many")
    code, _, err = call("fetch")
    assert code == 2
    assert "store.connections" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_exits_130(call: Call, stage: Callable[..., None], number: int) -> None:
    """Each signal raises KeyboardInterrupt, so that cleanup runs; a line names the next command."""
    stage(errors.OutsideError("unused"))
    module = sys.modules["seatrial.stages.update"]

    def interrupted(*_: object, **options: object) -> None:
        signal.raise_signal(number)

    module.update = interrupted  # type: ignore[attr-defined]
    code, _, err = call("update")
    assert code == 130
    assert "interrupted; the next release command finishes or undoes what was begun" in err


def test_a_doctor_with_a_finding_exits_30(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script can run doctor as a precondition; the table is on stdout in any case."""
    monkeypatch.setenv("SEATRIAL_REGISTRY__ADDRESS", "127.0.0.1:9")
    code, out, _ = call("doctor")
    assert code == 30
    assert "127.0.0.1:9" in out


def test_json_output_is_the_result_that_the_next_stage_reads(
    call: Call, stage: Callable[..., None], tmp_path: Path
) -> None:
    """With --json, stdout has the same document as the file in the run directory."""
    given = UpdateResult(
        working_state="t",
        revision="r",
        lock_digest="d",
        started="2026-01-01T00:00:00Z",  # type: ignore[arg-type]
        seconds=1,
        changed=True,
        model=Artefact(name="m", version="1", digest="sha256:0"),
    )
    stage(given)
    code, out, _ = call("update", "--json")
    assert code == 0
    assert json.loads(out) == json.loads((tmp_path / ".seatrial/dev/run/update.json").read_text())
