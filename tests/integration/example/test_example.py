"""The real example, from the real packages: the same bytes on every machine, and the answers expected."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imagemodel.classifier import ImageClassifier
from imagemodel.golden import GoldenSet, load_golden

REPOSITORY = Path(__file__).parents[3]
# What every machine gets: it changes only where the packages, the network or the golden set do.
MODEL = "sha256:fadac2194b2e46aa19038dd03e8239fb03d5e95cfa4ddb1a2ca5589fb123fd1a"
GOLDEN = "sha256:bb4aa69e33775e846254b0a253c0ab3f844946d08ea7cb8ba4a9d1df48ea89f7"
# Another hash order, clock, language and set of processor instructions than the first build has.
ELSEWHERE = {
    "PYTHONHASHSEED": "7",
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
}


def build(out: Path, variant: str = "first", **environment: str) -> Path:
    """Type the command; return `out`."""
    argv = [sys.executable, "-m", "examples.imagenet", str(out), "--variant", variant]
    done = subprocess.run(
        argv, cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as `make example` builds it."""
    return build(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="session")
def golden(first: Path) -> GoldenSet:
    """Its golden set."""
    return load_golden(first / "golden")


def test_the_digests_are_the_ones_that_were_reviewed(first: Path) -> None:
    """Whoever builds the example gets the same model and the same golden set."""
    built = json.loads((first / "built.json").read_text())
    assert (built["model"], built["golden"]) == (MODEL, GOLDEN)


def test_another_environment_gives_the_same_bytes(first: Path, tmp_path: Path) -> None:
    """Hash order, clock, language and the processor's instructions leave no trace."""
    again = build(tmp_path, **ELSEWHERE)
    for path in (path for path in first.rglob("*") if path.is_file()):
        assert path.read_bytes() == (again / path.relative_to(first)).read_bytes(), path.name


def test_the_photos_get_the_labels_expected_of_them(first: Path, golden: GoldenSet) -> None:
    """Each photo's label comes first, with a margin of a third above the least probability."""
    model = ImageClassifier.load(first / "model")
    for photo in golden.photos:
        best = model.predict([photo.path.read_bytes()], top=1)[0][0]
        assert (best.label, best.index) == (photo.label, photo.index)
        assert best.probability > photo.min_probability * 4 / 3


def test_the_second_variant_answers_like_the_first(first: Path, golden: GoldenSet, tmp_path: Path) -> None:
    """A network of another input and output, another card, no other code: the same answers."""
    model, other = ImageClassifier.load(first / "model"), ImageClassifier.load(build(tmp_path, "second") / "model")
    assert other.card.version != model.card.version
    assert other.card.input.layout != model.card.input.layout
    photos = [photo.path.read_bytes() for photo in golden.photos]
    for mine, theirs in zip(model.predict(photos), other.predict(photos), strict=True):
        assert [each.label for each in mine] == [each.label for each in theirs]
        assert mine[0].probability == pytest.approx(theirs[0].probability, abs=1e-3)


def test_the_wrong_variant_is_sure_of_itself_and_wrong(golden: GoldenSet, tmp_path: Path) -> None:
    """It loads, it verifies, and no photo gets its label: only the golden set can tell."""
    model = ImageClassifier.load(build(tmp_path, "wrong-labels") / "model")
    answers = model.predict([photo.path.read_bytes() for photo in golden.photos])
    assert max(answer[0].probability for answer in answers) > 0.9
    for photo, answer in zip(golden.photos, answers, strict=True):
        assert photo.label not in [each.label for each in answer]
