"""An examination of a model with labels that a test chooses, without running a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from colours import photo, write_model
from imagemodel.card import FileEntry
from imagemodel.evaluation import EvaluationPhoto
from imagemodel.golden import Photo
from seatrial.model.evaluation.judging import Judged
from seatrial.model.evaluation.sample import PhotoAnswer, Sample
from seatrial.model.inference.task import InferenceResult, PhotoPrediction
from seatrial.model.locks.lock import Lock
from seatrial.model.validation.examination import Examination, Run
from seatrial.model.validation.live import NoLiveModel
from seatrial.results import Artefact, Check
from seatrial.sections import Validate
from unit.seatrial.model.evaluation.judged_samples import judge

ENTRY = FileEntry("0" * 64, 1)
ARTEFACT = Artefact(name="colours", version="1.1.0", digest=f"sha256:{'1' * 64}")
LOCK = Lock(model=ARTEFACT, golden=ARTEFACT, evaluation=ARTEFACT)


def examination(
    folder: Path, label: str = "red", *, originals: int = 100, alone: bool = False
) -> Examination:
    """Return an examination in which the new model loses every tenth photo, and calls it `label`."""
    write_model(folder / "live", version="1.0.0")
    (folder / "photos").mkdir()
    (folder / "photos" / "red.png").write_bytes(photo("red", kind="PNG"))
    judged = _judged(folder / "photos", label, originals, alone=alone)
    golden = Photo(folder / "photos" / "red.png", label, 0, 0.5, "none", "none", ENTRY)
    runs = [_run(folder, each, label) for each in ("new", "live")]
    checks = (Check(name="loads and predicts", passed=True, detail=label), *judge(judged))
    compared = {"the live model": NoLiveModel("none here") if alone else runs[1]}
    return Examination(checks, (golden,), runs[0], compared, judged)


def _judged(folder: Path, label: str, originals: int, *, alone: bool) -> Judged:
    photos = tuple(
        EvaluationPhoto(folder / f"{number}.png", label, 0, "", "none", "none", FileEntry(f"{number}", 1))
        for number in range(originals)
    )
    for each in photos[:20]:
        each.path.write_bytes(photo("red", kind="PNG"))
    lost = np.arange(originals) % 10 == 0
    new = tuple(PhotoAnswer(f"not {label}" if each else label, 0.7, not each, not each) for each in lost)
    live = (PhotoAnswer(label, 0.8, True, True),) * originals
    return Judged(Sample(photos), new, NoLiveModel("none here") if alone else live, Validate(), 2, 3)


def _run(folder: Path, name: str, label: str) -> Run:
    found = PhotoPrediction(
        file="red.png", label=label, index=0, probability=0.9, milliseconds=(1.0, 2.0, 9.0)
    )
    return Run(folder / "live" if name == "live" else folder / "new", InferenceResult(predictions=(found,)))
