"""`seatrial deploy --unchecked`: the reason reaches the stage, by option or variable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from samples import MINIMAL_TOML
from seatrial.cli import main
from seatrial.errors import RefusedError
from seatrial.release.origin import Origin
from seatrial.stages import deploy


def refuse(_settings: object, _workspace: object, _env: str, _image: object, origin: Origin) -> None:
    """Refuse with the reason that the stage was given."""
    raise RefusedError(f"the reason is {origin.unchecked!r}", "the test ends here")


def run(*words: str) -> None:
    """Run `seatrial deploy`."""
    sys.argv = ["seatrial", "deploy", *words]
    with pytest.raises(SystemExit):
        main()


@pytest.fixture
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["seatrial"])
    monkeypatch.setattr(deploy, "deploy", refuse)
    monkeypatch.delenv("UNCHECKED", raising=False)


@pytest.mark.usefixtures("_checkout")
def test_the_reason_reaches_the_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--unchecked` and UNCHECKED= of make are the same; without them there is no reason."""
    run()
    assert "the reason is ''" in capsys.readouterr().err
    run("--unchecked", "a bad image")
    assert "the reason is 'a bad image'" in capsys.readouterr().err
    monkeypatch.setenv("UNCHECKED", "a variable's reason")
    run()
    assert "a variable's reason" in capsys.readouterr().err
