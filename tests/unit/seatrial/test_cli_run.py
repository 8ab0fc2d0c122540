"""What `run` prints, when it opens a browser, and what it reports where no image was built."""

from __future__ import annotations

import json

import pytest

from samples import make_settings
from seatrial.commands.run import can_open, readable, usage
from seatrial.errors import UsageError
from seatrial.settings import Settings
from seatrial.stages.fetch import fetch
from seatrial.stages.run import _built_image
from seatrial.workspace import Workspace
from tiny_image import write_results

ENTRY = {
    "time": "2026-01-02T03:04:05.678+00:00",
    "level": "info",
    "logger": "classifier",
    "message": "started",
}
REQUEST = {**ENTRY, "message": "request", "method": "POST", "path": "/predict", "status": 200, "ms": 12.3}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (json.dumps(REQUEST), "03:04:05  200  POST /predict  12.3 ms"),
        (json.dumps(ENTRY), "03:04:05  info  started"),
        (
            json.dumps({**ENTRY, "exception": "Traceback\nError"}),
            "03:04:05  info  started  \nTraceback\nError",
        ),
        ("not JSON", "not JSON"),
        ("[1]", "[1]"),
        ("{}", "{}"),
        ("", ""),
    ],
)
def test_a_line_of_the_log_is_readable(line: str, text: str) -> None:
    """A request is one short line; what is not a line of the app stays as it is."""
    assert readable(line) == text


@pytest.mark.parametrize(
    ("environ", "platform", "opened"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "linux", False),
        ({}, "darwin", True),
        ({"CI": "true"}, "darwin", False),
    ],
)
def test_a_browser_is_opened_where_there_is_one(environ: dict[str, str], platform: str, opened: bool) -> None:
    """Not in CI, not over SSH, not on Linux without a display."""
    assert can_open(environ, platform) is opened


def test_the_usage_can_be_copied() -> None:
    """A path with a blank is one word of the command."""
    text = usage("http://127.0.0.1:8123", "/my photos/a.png")
    assert "--data-binary @'/my photos/a.png' http://127.0.0.1:8123/predict" in text


def test_without_a_store_the_whole_way_to_an_image_is_named(workspace: Workspace) -> None:
    """A new clone: the local cloud and the example first."""
    with pytest.raises(UsageError) as caught:
        _built_image(make_settings(), workspace)
    assert caught.value.message == "no image was built here"
    assert caught.value.hint == "make cloud example publish fetch validate build run"


def test_only_the_missing_stages_are_named(settings: Settings, published: Workspace) -> None:
    """With a store, the stages that have not run on this working state and lock."""
    with pytest.raises(UsageError) as caught:
        _built_image(settings, published)
    assert caught.value.hint == "make fetch validate build run"
    published.write_result(fetch(settings, published))
    with pytest.raises(UsageError) as caught:
        _built_image(settings, published)
    assert caught.value.hint == "make validate build run"


def test_an_older_image_runs_with_a_notice(
    settings: Settings, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed file does not stop a developer from running what was built before."""
    write_results(workspace, "sha256:1")
    assert _built_image(settings, workspace) == "sha256:1"
    assert capsys.readouterr().err == ""
    (workspace.root / "new.py").write_text("")
    assert _built_image(settings, Workspace(workspace.root, workspace.instance)) == "sha256:1"
    assert "changed since this image was built; make build run has them" in capsys.readouterr().err
