"""The real example, built from the real packages: its digests and its predictions."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from examples.imagenet.packages import cache_directory, packages

import digits
from imagemodel.classifier import ImageClassifier
from imagemodel.evaluation import load_evaluation
from imagemodel.golden import GoldenSet, load_golden
from seatrial.model.locks.lock import read_lock

REPOSITORY = Path(__file__).parents[3]
# They change only with the packages, the network or the sets of photos.
MODEL = "sha256:fadac2194b2e46aa19038dd03e8239fb03d5e95cfa4ddb1a2ca5589fb123fd1a"
EVALUATION = "sha256:d3c038aedc78636d23ed85ce6ec8bb3625d386ca38904e6faea72d0d77fc8538"
GOLDEN = "sha256:bb4aa69e33775e846254b0a253c0ab3f844946d08ea7cb8ba4a9d1df48ea89f7"
# Another hash order, time zone, locale and set of CPU instructions than in the first build; libjpeg-turbo
# without SIMD.
OTHER_ENVIRONMENT = {
    "PYTHONHASHSEED": "7",
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "JSIMD_FORCENONE": "1",
}


def build(out: Path, variant: str = "first", **environment: str) -> Path:
    """Run the command in a subprocess; return `out`."""
    argv = [sys.executable, "-m", "examples.imagenet", str(out), "--variant", variant]
    done = subprocess.run(
        argv, cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, variant `first`."""
    return build(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="session")
def golden(first: Path) -> GoldenSet:
    """The golden set of the example."""
    return load_golden(first / "golden")


def test_digests_are_the_pinned_ones(first: Path) -> None:
    """The build gives the artefacts of the pinned digests, which model.lock names, on every machine."""
    built = json.loads((first / "built.json").read_text())
    assert (built["model"], built["golden"], built["evaluation"]) == (MODEL, GOLDEN, EVALUATION)
    lock = read_lock(REPOSITORY / "model.lock")
    assert {kind: found.digest for kind, found in lock.artefacts.items()} == {
        kind: built[kind] for kind in ("model", "golden", "evaluation")
    }


def test_digits_of_tests_are_those_of_scikit_learn(first: Path) -> None:
    """The copy of the digits in the repository has the bytes of the pinned package."""
    member = "sklearn/datasets/data/digits.csv.gz"
    assert digits.FILE.read_bytes() == packages(cache_directory())["scikit-learn"].read(member)


def test_other_environment_gives_same_bytes(first: Path, tmp_path: Path) -> None:
    """Hash order, time zone, locale and CPU instructions do not change the output."""
    again = build(tmp_path, **OTHER_ENVIRONMENT)
    for path in (path for path in first.rglob("*") if path.is_file()):
        assert path.read_bytes() == (again / path.relative_to(first)).read_bytes(), path.name


def test_golden_photos_get_expected_labels(first: Path, golden: GoldenSet) -> None:
    """Each photo gets its expected label with at least 4/3 of the least probability."""
    model = ImageClassifier.load(first / "model")
    for photo in golden.photos:
        best = model.predict([photo.path.read_bytes()], top=1)[0][0]
        assert (best.label, best.index) == (photo.label, photo.index)
        assert best.probability > photo.min_probability * 4 / 3


def test_evaluation_set_has_seven_originals_with_five_variants_each(first: Path) -> None:
    """Five originals are right for the network and two wrong, as the page states; each has its variants."""
    sample, model = load_evaluation(first / "evaluation"), ImageClassifier.load(first / "model")
    originals = [photo for photo in sample.photos if not photo.original]
    assert (sample.originals, len(originals), len(sample.photos)) == (7, 7, 42)
    right = {
        photo.path.name: model.predict([photo.path.read_bytes()], top=1)[0][0].index == photo.index
        for photo in originals
    }
    assert sorted(name for name, hit in right.items() if not hit) == ["chelsea.png", "clock_motion.png"]


def test_second_variant_gives_same_predictions(first: Path, golden: GoldenSet, tmp_path: Path) -> None:
    """A network with another input and output gives the same predictions by its card alone."""
    model, second = (
        ImageClassifier.load(first / "model"),
        ImageClassifier.load(build(tmp_path, "second") / "model"),
    )
    assert second.card.version != model.card.version
    assert second.card.input.layout != model.card.input.layout
    photos = [photo.path.read_bytes() for photo in golden.photos]
    for ranked, ranked_second in zip(model.predict(photos), second.predict(photos), strict=True):
        assert [each.label for each in ranked] == [each.label for each in ranked_second]
        assert ranked[0].probability == pytest.approx(ranked_second[0].probability, abs=1e-3)


def test_wrong_labels_variant_is_confident_and_wrong(golden: GoldenSet, tmp_path: Path) -> None:
    """The variant loads and verifies, but no photo gets its expected label."""
    model = ImageClassifier.load(build(tmp_path, "wrong-labels") / "model")
    predictions = model.predict([photo.path.read_bytes() for photo in golden.photos])
    assert max(ranked[0].probability for ranked in predictions) > 0.9
    for photo, ranked in zip(golden.photos, predictions, strict=True):
        assert photo.label not in [each.label for each in ranked]
