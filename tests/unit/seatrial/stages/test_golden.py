"""golden: a set made from a folder of photos."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from colours import LABELS, photo, write_model
from imagemodel.evaluation import load_evaluation
from imagemodel.golden import load_golden
from samples import reseal
from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import EVALUATION_SET
from seatrial.model.photo_sets.create import SetRequest
from seatrial.settings import Settings
from seatrial.stages.golden import golden
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace


@pytest.fixture
def request_of(tmp_path: Path, model: Path) -> SetRequest:
    """A request for a golden set of two photos of each colour."""
    for label in LABELS:
        (tmp_path / "photos" / label).mkdir(parents=True)
        for side in (20, 30):
            (tmp_path / "photos" / label / f"{side}.png").write_bytes(photo(label, side, "PNG"))
    (tmp_path / "photos" / "LICENSE").write_text("CC0-1.0\n")
    return SetRequest(tmp_path / "photos", model, tmp_path / "out" / "golden")


def add_wrong(request: SetRequest) -> None:
    """Add a blue photo to the red ones."""
    (request.photos / "red" / "wrong.png").write_bytes(photo("blue", 25, "PNG"))


def names(folder: Path) -> list[str]:
    """Return the names in a folder, if it exists."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_golden_set_is_made_of_folders(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """Each photo has its label, its licence and half of the model's probability, rounded down."""
    done = golden(settings, workspace, request_of)
    found = load_golden(request_of.out, done.artefact.digest)
    assert (found.name, found.version) == ("colours-golden", "1.0.0")
    assert [(each.label, each.index) for each in found.photos] == [
        (label, LABELS.index(label)) for label in sorted(LABELS) for _ in range(2)
    ]
    assert {each.min_probability for each in found.photos} == {0.45}
    assert {each.licence for each in found.photos} == {"CC0-1.0"}
    assert (done.photos, done.right, done.labels, done.classes) == (6, 6, 3, 3)


def test_made_set_is_published_and_accepted_by_validation(
    settings: Settings, published: Workspace, request_of: SetRequest
) -> None:
    """What `golden` makes, `publish` publishes."""
    golden(settings, published, request_of)
    assert publish(settings, published, golden=request_of.out).created


def test_wrong_photo_refuses_a_golden_set(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """The error names the photo and what the model gives; only the page for the review is written."""
    add_wrong(request_of)
    with pytest.raises(RefusedError, match=r"1 of 7 photos .*red/wrong\.png: red, got blue") as raised:
        golden(settings, workspace, request_of)
    assert "--wrong leave-out" in raised.value.hint
    assert names(request_of.out.parent) == ["golden-review.html"]


def test_wrong_photo_is_left_out_on_request(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """The set has the others, and the result names what it has not."""
    add_wrong(request_of)
    done = golden(settings, workspace, replace(request_of, leave_out_wrong=True))
    assert done.left_out == ("red/wrong.png",)
    assert len(load_golden(request_of.out).photos) == 6


def test_evaluation_set_keeps_wrong_photos(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """An evaluation set is a sample: what the model gets wrong stays, and is counted."""
    add_wrong(request_of)
    done = golden(settings, workspace, replace(request_of, kind=EVALUATION_SET, name="sample", version="2"))
    found = load_evaluation(request_of.out)
    assert (found.name, found.version, len(found.photos)) == ("sample", "2", 7)
    assert (done.right, done.photos) == (6, 7)


def test_variants_of_a_table_count_with_their_original(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """The column `original` names a file of the table, or one that is not in it."""
    rows = (
        "file,label,original",
        "red/20.png,red,",
        "red/30.png,red,red/20.png",
        "blue/20.png,blue,z/x y.png",
    )
    (request_of.photos / "photos.csv").write_text("\n".join(rows))
    done = golden(
        settings, workspace, replace(request_of, photos=request_of.photos / "photos.csv", kind=EVALUATION_SET)
    )
    clusters = [each.cluster for each in load_evaluation(request_of.out).photos]
    assert clusters[0] == clusters[1] == load_evaluation(request_of.out).photos[0].path.name
    assert clusters[2] == "x-y"
    assert (done.photos, done.originals) == (3, 2)


def test_same_request_again_changes_nothing(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """The same photos give the same digest; another set does not replace it."""
    first = golden(settings, workspace, request_of)
    again = golden(settings, workspace, request_of)
    assert (again.artefact, again.created) == (first.artefact, False)
    (request_of.photos / "red" / "20.png").unlink()
    with pytest.raises(UsageError, match="exists and is not this set"):
        golden(settings, workspace, request_of)
    assert load_golden(request_of.out).digest == first.artefact.digest
    assert names(request_of.out.parent) == ["golden", "golden-review.html"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": Path("nowhere")}, "nowhere is not a directory"),
        ({"name": "Not Valid"}, "not a valid name"),
        ({"version": "../1"}, "not a valid name"),
    ],
)
def test_unusable_request_is_wrong_usage(
    settings: Settings, workspace: Workspace, request_of: SetRequest, changes: dict[str, object], message: str
) -> None:
    """The error names the value, and nothing is written."""
    with pytest.raises(UsageError, match=message):
        golden(settings, workspace, replace(request_of, **changes))
    assert not request_of.out.parent.exists()


def test_set_in_the_folder_of_photos_is_wrong_usage(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """The next run would take the set for a label."""
    with pytest.raises(UsageError, match="overlap"):
        golden(settings, workspace, replace(request_of, out=request_of.photos / "golden"))


def test_model_that_cannot_run_is_refused(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """A file that is no network is refused by the subprocess that would run it."""
    (request_of.model / "model.onnx").write_bytes(b"no network")
    reseal(request_of.model)
    with pytest.raises(RefusedError, match="cannot be run"):
        golden(settings, workspace, request_of)
    assert names(request_of.out.parent) == []


def test_logits_that_are_called_probabilities_are_refused(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """A probability above 1 is no threshold of a golden set."""
    card = json.loads((request_of.model / "model.json").read_text())
    reseal(request_of.model, output={**card["output"], "kind": "probabilities"})
    with pytest.raises(RefusedError, match=r"a probability of 10\.2") as raised:
        golden(settings, workspace, request_of)
    assert "output.kind" in raised.value.hint


def test_photos_of_another_model_are_wrong_usage(
    settings: Settings, workspace: Workspace, request_of: SetRequest, tmp_path: Path
) -> None:
    """A folder that is no label of the model is named, with the near label."""
    write_model(tmp_path / "other", labels=("rot", "green", "blue"))
    with pytest.raises(UsageError, match=r"1 of 3 labels .*'red'"):
        golden(settings, workspace, replace(request_of, model=tmp_path / "other"))


def test_file_name_in_another_encoding_is_taken(
    settings: Settings, workspace: Workspace, request_of: SetRequest
) -> None:
    """A name that is not UTF-8, or has control characters, is no reason for a traceback."""
    folder = os.fsencode(request_of.photos / "red")
    for name, side in ((b"k\xfcche.png", 21), (b"a\x1b[31m\nb.png", 22)):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(photo("red", side, "PNG"))
    done = golden(settings, workspace, request_of)
    files = {each.path.name for each in load_golden(request_of.out).photos}
    assert {"k-che.png", "a-31m-b.png"} <= files
    assert done.photos == 8
    assert "\x1b" not in Path(done.page).read_text()
