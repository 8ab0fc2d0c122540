"""The boundary where failures become a line and an exit code."""

from __future__ import annotations

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


def test_an_interruption_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C and SIGTERM end with 130 and the way on."""
    assert cli._exit_code(failing(KeyboardInterrupt())) == 130
    assert "make up goes on" in capsys.readouterr().err
