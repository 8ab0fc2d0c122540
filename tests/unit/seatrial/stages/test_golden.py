"""golden: a set made from a folder of photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from colours import LABELS, photo
from imagemodel.evaluation import load_evaluation
from imagemodel.golden import load_golden
from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import EVALUATION_SET
from seatrial.model.photo_sets.create import SetRequest
from seatrial.settings import Settings
from seatrial.stages.golden import golden
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace


def add_wrong(request: SetRequest) -> None:
    """Add a blue photo to the red ones."""
    (request.photos / "red" / "wrong.png").write_bytes(photo("blue", 25, "PNG"))


def names(folder: Path) -> list[str]:
    """Return the names in a folder, if it exists."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_golden_set_is_made_of_folders(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """Each photo has its label, its licence and half of the model's probability, rounded down."""
    done = golden(settings, workspace, set_request)
    found = load_golden(set_request.out, done.artefact.digest)
    assert (found.name, found.version) == ("colours-golden", "1.0.0")
    assert [(each.label, each.index) for each in found.photos] == [
        (label, LABELS.index(label)) for label in sorted(LABELS) for _ in range(2)
    ]
    assert {each.min_probability for each in found.photos} == {0.45}
    assert {each.licence for each in found.photos} == {"CC0-1.0"}
    assert (done.photos, done.right, done.labels, done.classes) == (6, 6, 3, 3)


def test_made_set_is_published_and_accepted_by_validation(
    settings: Settings, published: Workspace, set_request: SetRequest
) -> None:
    """What `golden` makes, `publish` publishes."""
    golden(settings, published, set_request)
    assert publish(settings, published, golden=set_request.out).created


def test_wrong_photo_refuses_a_golden_set(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """The error names the photo and what the model gives; only the page for the review is written."""
    add_wrong(set_request)
    with pytest.raises(RefusedError, match=r"1 of 7 photos .*red/wrong\.png: red, got blue") as raised:
        golden(settings, workspace, set_request)
    assert "--wrong leave-out" in raised.value.hint
    assert names(set_request.out.parent) == ["golden-review.html"]


def test_wrong_photo_is_left_out_on_request(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """The set has the others, and the result names what it has not."""
    add_wrong(set_request)
    done = golden(settings, workspace, replace(set_request, leave_out_wrong=True))
    assert done.left_out == ("red/wrong.png",)
    assert len(load_golden(set_request.out).photos) == 6


def test_evaluation_set_keeps_wrong_photos(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """An evaluation set is a sample: what the model gets wrong stays, and is counted."""
    add_wrong(set_request)
    done = golden(settings, workspace, replace(set_request, kind=EVALUATION_SET, name="sample", version="2"))
    found = load_evaluation(set_request.out)
    assert (found.name, found.version, len(found.photos)) == ("sample", "2", 7)
    assert (done.right, done.photos) == (6, 7)


def test_variants_of_a_table_count_with_their_original(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """The column `original` names a file of the table, or one that is not in it."""
    rows = (
        "file,label,original",
        "red/20.png,red,",
        "red/30.png,red,red/20.png",
        "blue/20.png,blue,z/x y.png",
    )
    (set_request.photos / "photos.csv").write_text("\n".join(rows))
    done = golden(
        settings,
        workspace,
        replace(set_request, photos=set_request.photos / "photos.csv", kind=EVALUATION_SET),
    )
    clusters = [each.cluster for each in load_evaluation(set_request.out).photos]
    assert clusters[0] == clusters[1] == load_evaluation(set_request.out).photos[0].path.name
    assert clusters[2] == "x-y"
    assert (done.photos, done.originals) == (3, 2)


def test_same_request_again_changes_nothing(
    settings: Settings, workspace: Workspace, set_request: SetRequest
) -> None:
    """The same photos give the same digest; another set does not replace it."""
    first = golden(settings, workspace, set_request)
    again = golden(settings, workspace, set_request)
    assert (again.artefact, again.created) == (first.artefact, False)
    (set_request.photos / "red" / "20.png").unlink()
    with pytest.raises(UsageError, match="exists and is not this set"):
        golden(settings, workspace, set_request)
    assert load_golden(set_request.out).digest == first.artefact.digest
    assert names(set_request.out.parent) == ["golden", "golden-review.html"]
