"""The command line: one line and the documented exit code, whatever goes wrong."""

from __future__ import annotations

import errno
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from seatrial import errors
from seatrial.cli import main
from seatrial.results import Artefact, UpdateResult

Call = Callable[..., tuple[int, str, str]]
TOML = """
[model]
name = "m"
[golden]
name = "g"
[image]
base = "b"
[environments.local]
namespace = "n"
overlay = "o"
host = "h"
"""


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Call]:
    """`seatrial …` in a small checkout: exit code, stdout, stderr."""
    (tmp_path / "seatrial.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEATRIAL_INSTANCE", raising=False)
    before = signal.getsignal(signal.SIGTERM)

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
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | UpdateResult], None]:
    """Let `update` end in an error or with a result of the test's choice."""

    def end(with_this: Exception | UpdateResult) -> None:
        def update(settings: object, workspace: object) -> UpdateResult:
            if isinstance(with_this, Exception):
                raise with_this
            return with_this

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
def test_every_kind_of_failure_is_one_line_and_its_code(
    call: Call, stage: Callable[..., None], kind: type[errors.SeatrialError], code: int
) -> None:
    """What failed, the code and the cure stand in the last line; nothing is on stdout."""
    stage(kind("the thing broke", "mend it"))
    ended, out, err = call("update")
    assert ended == code
    assert out == ""
    assert err.splitlines() == [f"seatrial: {kind.word} ({code}): the thing broke. Cure: mend it."]


def test_a_failures_log_comes_before_its_line(call: Call, stage: Callable[..., None]) -> None:
    """The last line says it; the log's end above it says why."""
    stage(errors.OutsideError("docker build ended with 1", log="step 3\nno such file"))
    assert call("update")[2].splitlines()[:2] == ["  | step 3", "  | no such file"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_full_disk_or_a_closed_door_is_no_traceback(
    call: Call, stage: Callable[..., None], number: int
) -> None:
    """What the system refuses is told with the cure."""
    stage(OSError(number, "refused by the system", "some/file"))
    code, _, err = call("update")
    assert code == 30
    assert "some/file. Cure: " in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("words", [("no-such-stage",), ("update", "--no-such-option"), ("update", "extra")])
def test_wrong_usage_ends_2_in_one_line(call: Call, words: tuple[str, ...]) -> None:
    """Who mistypes is pointed to the help."""
    code, _, err = call(*words)
    assert code == 2
    assert "--help" in err
    assert len(err.splitlines()) == 1


def test_a_name_that_is_none_ends_2(call: Call) -> None:
    """An instance cannot be called anything."""
    assert call("update", "--instance", "No/Name")[0] == 2


def test_a_wrong_setting_ends_2(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is named, and no stage begins."""
    monkeypatch.setenv("SEATRIAL_STORE__CONNECTIONS", "many")
    code, _, err = call("fetch")
    assert code == 2
    assert "store.connections" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_is_no_traceback(call: Call, stage: Callable[..., None], number: int) -> None:
    """Ctrl-C, or being told to end, ends 130 and says what happens to what was begun."""
    stage(errors.OutsideError("unused"))
    module = sys.modules["seatrial.stages.update"]

    def interrupted(*_: object) -> None:
        signal.raise_signal(number)

    module.update = interrupted  # type: ignore[attr-defined]
    code, _, err = call("update")
    assert code == 130
    assert "interrupted" in err


def test_a_doctor_that_misses_something_ends_30(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script may ask the doctor before it begins; the table is on stdout all the same."""
    monkeypatch.setenv("SEATRIAL_REGISTRY__ADDRESS", "127.0.0.1:9")
    code, out, _ = call("doctor")
    assert code == 30
    assert "127.0.0.1:9 does not answer" in out


def test_json_is_the_typed_result_and_the_same_is_handed_on(
    call: Call, stage: Callable[..., None], tmp_path: Path
) -> None:
    """A machine reads from stdout what the next stage reads from the run's folder."""
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
