"""What `golden` prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from seatrial.cli import main
from seatrial.commands.golden import golden_text
from seatrial.model.photo_sets.result import GoldenResult
from seatrial.results import Artefact

RESULT: dict[str, Any] = {
    "working_state": "t",
    "revision": "r",
    "lock_digest": "l",
    "started": "2026-01-01T00:00:00Z",
    "seconds": 1,
    "kind": "golden set",
    "artefact": Artefact(name="colours-golden", version="1.0.0", digest="sha256:" + "d" * 64),
    "path": "out/golden",
    "page": "/out/golden-review.html",
    "model": "colours 1.0.0",
    "classes": 3,
    "labels": 2,
    "photos": 6,
    "originals": 6,
    "right": 6,
    "left_out": (),
    "without_licence": 0,
    "near": (),
    "created": True,
}


def text_of(**changes: Any) -> str:
    """Return what is printed for a result with these changes."""
    return golden_text(GoldenResult.model_validate({**RESULT, **changes}))


def test_next_command_publishes_the_set() -> None:
    """The last line has the page and the command, with the variable of the kind."""
    assert text_of().splitlines()[-1].endswith("make publish GOLDEN=out/golden")
    assert "file:///out/golden-review.html" in text_of()
    assert text_of(kind="evaluation set").endswith("make publish EVALUATION=out/golden")
    assert text_of(path="my photos/golden").endswith("make publish GOLDEN='my photos/golden'")


def test_what_a_person_should_look_at_is_printed() -> None:
    """Missing licences, doubtful photos and those that were left out are named."""
    text = text_of(without_licence=1, near=("red/a.png",), left_out=tuple("abcdefg"))
    assert "warning: 1 photo without a licence" in text
    assert "a second label is nearly as probable: red/a.png" in text
    assert "left out, because they are wrong: a, b, c, d, e, and 2 more" in text
    assert "warning" not in text_of()


def test_number_of_originals_is_printed_if_there_are_variants() -> None:
    """The size of the sample is not the number of photos."""
    assert "6 photos of 1 original, for 2 of 3 labels" in text_of(originals=1)
    assert "6 photos, for" in text_of()


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [([], "--photos"), (["--photos", "a"], "--model"), (["--photos", "a", "--model", "b"], "--out")],
)
def test_missing_option_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    missing: str,
) -> None:
    """The error names the option, and the hint the whole command."""
    monkeypatch.setattr(sys, "argv", ["seatrial", "golden", *arguments])
    with pytest.raises(SystemExit) as raised:
        main()
    printed = capsys.readouterr().err
    assert raised.value.code == 2
    assert f"{missing} is missing" in printed
    assert "make golden PHOTOS=dir MODEL=dir OUT=dir" in printed
