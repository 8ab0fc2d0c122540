"""The boundary where failures become a line and an exit code."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import requests
from docker.errors import DockerException

from localcloud import cli
from localcloud.errors import LocalcloudError
from localcloud.instance import InstanceError


def failing(error: BaseException) -> Any:
    """Return a command that fails."""

    def command() -> NoReturn:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (LocalcloudError("it broke", "mend it", "the log's end"), 30, "it broke → mend it"),
        (InstanceError("no name", "another"), 2, "no name → another"),
        (requests.ConnectionError("gone"), 30, "The container engine stopped answering → make up"),
        (DockerException("gone"), 30, "The container engine stopped answering → make up"),
        (OSError(28, "No space left on device", "/x"), 30, "No space left on device: /x"),
        (RuntimeError("a\nb"), 30, "RuntimeError: a b"),
    ],
)
def test_a_failure_is_one_line_and_its_code(
    error: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever fails: one line with the cure, the documented code, no traceback; the log's end above it."""
    assert cli._exit_code(failing(error)) == code

    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("localcloud failed: ")
    assert words in said.splitlines()[-1]
    assert "Traceback" not in said
    assert ("the log's end" in said) == (error.args[0] == "it broke")


@pytest.fixture
def handlers() -> Iterator[None]:
    """Put back what the command line does with signals."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_says_how_to_go_on(
    word: signal.Signals, handlers: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C and SIGTERM, met by the real command line, end with 130 and the way on."""
    monkeypatch.setattr("sys.argv", ["localcloud", "status"])
    monkeypatch.setattr("localcloud.status.status", lambda _: signal.raise_signal(word))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
    assert "make up goes on" in capsys.readouterr().err


def test_wrong_usage_ends_with_its_code(handlers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that does not exist ends with 2."""
    monkeypatch.setattr("sys.argv", ["localcloud", "status", "--no-such-option"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
