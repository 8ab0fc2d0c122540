"""Errors on the command line: one line and an exit code."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import requests
from docker.errors import DockerException

from localcloud import cli
from localcloud.errors import LocalcloudError
from localcloud.instance import InstanceError


def failing(error: BaseException) -> Any:
    """Return a command that raises an error."""

    def command() -> NoReturn:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (LocalcloudError("it broke", "repair it", "the log tail"), 30, "it broke → repair it"),
        (InstanceError("invalid name", "use a-z"), 2, "invalid name → use a-z"),
        (requests.ConnectionError("gone"), 30, "The container engine stopped responding → run make up"),
        (DockerException("gone"), 30, "The container engine stopped responding → run make up"),
        (OSError(28, "No space left on device", "/x"), 30, "No space left on device: /x"),
        (RuntimeError("a\nb"), 30, "RuntimeError: a b"),
    ],
)
def test_an_error_is_one_line_with_its_exit_code(
    error: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every error prints one line with its hint, below the log tail, without a traceback."""
    assert cli._exit_code(failing(error)) == code

    stderr = capsys.readouterr().err
    assert stderr.splitlines()[-1].startswith("localcloud failed: ")
    assert words in stderr.splitlines()[-1]
    assert "Traceback" not in stderr
    assert ("the log tail" in stderr) == (error.args[0] == "it broke")


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handler that main() replaces."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("received", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_prints_how_to_continue(
    received: signal.Signals,
    handlers: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SIGINT and SIGTERM exit with 130 and print how to continue."""
    monkeypatch.setattr("sys.argv", ["localcloud", "status"])
    monkeypatch.setattr("localcloud.status.status", lambda _: signal.raise_signal(received))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
    assert "run make up to continue" in capsys.readouterr().err


def test_wrong_usage_exits_with_2(handlers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown option exits with 2."""
    monkeypatch.setattr("sys.argv", ["localcloud", "status", "--no-such-option"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2


def test_the_status_of_an_unknown_instance_names_those_that_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped name is one line with exit code 2, not a table of absent parts."""
    (tmp_path / "seatrial.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert cli._exit_code(lambda: cli.status("nosuch")) == 2
    assert "no instance nosuch → make up INSTANCE=nosuch" in capsys.readouterr().err
    for name in ("dev", "fresh"):
        (tmp_path / ".seatrial" / name / "secrets").mkdir(parents=True)
    assert cli._exit_code(lambda: cli.status("nosuch")) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no instance nosuch → INSTANCE= is one of dev, fresh" in line
