"""Progress lines on a plain log."""

from __future__ import annotations

import pytest
from rich.table import Table

from fast_runtime import FastRuntime
from seatrial import console
from seatrial.wait import until


def test_a_long_step_prints_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain log shows that a long step still runs, and for how long."""
    runtime = FastRuntime(timeouts=5)
    with console.step("build the image", runtime):
        until("five lines", lambda: None if runtime.timeouts else True, 5, every=0.001)
    printed = capsys.readouterr().err
    assert "build the image: still running after 30 s" in printed
    assert "build the image: still running after 2 min 30 s" in printed


def test_a_short_step_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A step that ends before 30 s prints only its duration."""
    with console.step("read the lock", FastRuntime()):
        pass
    assert capsys.readouterr().err.splitlines() == ["  read the lock 0.0 s"]


def test_a_line_has_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """Text from outside cannot clear the screen, change the direction of writing or fail to be printed."""
    console.line("a\x1b[2J\x9b2J\u202e\ud800 [bold]é")
    assert capsys.readouterr().err == "a\\x1b[2J\\x9b2J\\u202e\\ud800 [bold]é\n"


@pytest.mark.parametrize(
    "text",
    [
        "##vso[task.complete result=Succeeded;done=true]",
        "label ##vso[task.prependpath]/tmp",
        "###vso[task.setvariable variable=A]b",
        "##[error]",
    ],
)
def test_no_ci_finds_a_command_in_text_from_outside(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """A label of a model could else end a refused step as a success in Azure Pipelines."""
    console.line(text)
    table = Table()
    table.add_column(text)
    console.show(table)
    with console.step(text):
        pass
    printed = capsys.readouterr()
    assert "##vso[" not in printed.out + printed.err
    assert "##[" not in printed.out + printed.err


def test_an_error_is_shown_on_the_page_of_a_run_of_azure_pipelines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One logging command, whatever the text contains; elsewhere nothing is printed."""
    console.annotate("nothing")
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("TF_BUILD", "True")
    console.annotate("refused (10): 99 % wrong\n##vso[task.complete result=Succeeded;done=true]\x1b")
    escaped = "refused (10): 99 %AZP25 wrong%0A# #vso[task.complete result=Succeeded;done=true]\\x1b"
    assert capsys.readouterr().out == f"##vso[task.logissue type=error]{escaped}\n"
