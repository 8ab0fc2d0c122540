"""golden: what it refuses, and what it takes from unusual files."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from colours import photo, write_model
from imagemodel.golden import load_golden
from samples import reseal
from seatrial.errors import RefusedError, UsageError
from seatrial.model.photo_sets.create import SetRequest
from seatrial.settings import Settings
from seatrial.stages.golden import golden
from seatrial.workspace import Workspace


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": Path("nowhere")}, "nowhere is not a directory"),
        ({"name": "Not Valid"}, "not a valid name"),
        ({"version": "../1"}, "not a valid name"),
    ],
)
def test_unusable_request_is_wrong_usage(
    settings: Settings,
    workspace: Workspace,
    set_request: SetRequest,
    changes: dict[str, object],
    message: str,
) -> None:
    """The error names the value, and nothing is written."""
    with pytest.raises(UsageError, match=message):
        golden(settings, workspace, replace(set_request, **changes))
    assert not set_request.out.parent.exists()


def test_set_in_the_folder_of_photos_is_wrong_usage(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """The next run would take the set for a label."""
    with pytest.raises(UsageError, match="overlap"):
        golden(settings, workspace, replace(set_request, out=set_request.photos / "golden"))


def test_model_that_cannot_run_is_refused(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """A file that is no network is refused by the subprocess that would run it."""
    (set_request.model / "model.onnx").write_bytes(b"no network")
    reseal(set_request.model)
    with pytest.raises(RefusedError, match="cannot be run"):
        golden(settings, workspace, set_request)
    assert list(set_request.out.parent.iterdir()) == []


def test_logits_that_are_called_probabilities_are_refused(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """A probability above 1 is no threshold of a golden set."""
    card = json.loads((set_request.model / "model.json").read_text())
    reseal(set_request.model, output={**card["output"], "kind": "probabilities"})
    with pytest.raises(RefusedError, match=r"a probability of 10\.2") as raised:
        golden(settings, workspace, set_request)
    assert "output.kind" in raised.value.hint


def test_photos_of_another_model_are_wrong_usage(
    settings: Settings, workspace: Workspace, set_request: SetRequest, tmp_path: Path
) -> None:
    """A folder that is no label of the model is named, with the near label."""
    write_model(tmp_path / "other", labels=("rot", "green", "blue"))
    with pytest.raises(UsageError, match=r"1 of 3 labels .*'red'"):
        golden(settings, workspace, replace(set_request, model=tmp_path / "other"))


def test_file_name_in_another_encoding_is_taken(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """A name that is not UTF-8, or has control characters, is no reason for a traceback."""
    folder = os.fsencode(set_request.photos / "red")
    for name, side in ((b"k\xfcche.png", 21), (b"a\x1b[31m\nb.png", 22)):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(photo("red", side, "PNG"))
    done = golden(settings, workspace, set_request)
    files = {each.path.name for each in load_golden(set_request.out).photos}
    assert {"k-che.png", "a-31m-b.png"} <= files
    assert done.photos == 8
    assert "\x1b" not in Path(done.page).read_text()
