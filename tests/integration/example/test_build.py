"""Build of the example: complete, reproducible, incremental and atomic."""

import shutil

import pytest
from examples.imagenet import __main__, build
from examples.imagenet.errors import ExampleError

from imagemodel.classifier import ImageClassifier
from imagemodel.evaluation import load_evaluation
from imagemodel.golden import load_golden

from .conftest import use_index


@pytest.fixture
def make(cache, example_index, tmp_path):
    """A function that builds the example from the cache."""

    def run(variant: str = "first", out: str = "out", cache=cache):
        return build.build(tmp_path / out, cache, variant, example_index.pinned)

    return run


def tree(directory):
    """Return the bytes of every file in `directory`, by relative path."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_example_is_complete_and_reproducible(make, tmp_path) -> None:
    """The three artefacts are valid, have matching labels, and the same bytes in every build."""
    example, built = make()
    again, _ = make(out="elsewhere")
    assert built
    assert example == again
    assert tree(tmp_path / "out") == tree(tmp_path / "elsewhere")
    model = ImageClassifier.load(tmp_path / "out" / "model", digest=example.model)
    photos = load_golden(tmp_path / "out" / "golden", example.golden).photos
    sample = load_evaluation(tmp_path / "out" / "evaluation", example.evaluation).photos
    for photo in (*photos, *sample):
        assert model.labels[photo.index] == photo.label


def test_up_to_date_example_is_not_built_again(make, tmp_path) -> None:
    """With unchanged inputs and outputs, the packages are not read."""
    first, _ = make()
    assert make(cache=tmp_path / "no cache") == (first, False)
    assert not (tmp_path / "no cache").exists()


@pytest.mark.parametrize(
    "file", ["model/labels.txt", "golden/coffee.png", "evaluation/coffee-crop.jpg", "built.json"]
)
def test_changed_example_is_built_again(make, tmp_path, file) -> None:
    """A changed file in the output directory causes a new build."""
    make()
    before = tree(tmp_path / "out")
    (tmp_path / "out" / file).write_bytes(b"{}")
    _, built = make()
    assert built
    assert tree(tmp_path / "out") == before


def test_variants_differ_in_network_or_labels(make, tmp_path) -> None:
    """`second` differs from `first` in its network only, `wrong-labels` in its labels only."""
    cards = {}
    for variant in build.VARIANTS:
        make(variant, variant)
        cards[variant] = ImageClassifier.load(tmp_path / variant / "model")
    first, second, wrong = (cards[variant] for variant in build.VARIANTS)
    assert len({each.card.version for each in cards.values()}) == 3
    assert first.labels == second.labels
    assert first.card.files["model.onnx"] == wrong.card.files["model.onnx"] != second.card.files["model.onnx"]
    assert all(right != shown for right, shown in zip(first.labels, wrong.labels, strict=True))


def test_failed_build_does_not_change_output(make, tmp_path, monkeypatch) -> None:
    """A build that fails changes no file of an earlier build."""
    make()
    before = tree(tmp_path / "out")
    monkeypatch.setattr("examples.imagenet.photos.PHOTOS", ())
    with pytest.raises(Exception, match="photos"):
        make("second")
    assert tree(tmp_path / "out") == before
    names = ["built.json", "evaluation", "golden", "model"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names


def test_unwritable_output_raises_error_with_path_and_hint(make, tmp_path) -> None:
    """An output path that is a file raises ExampleError with the path and a hint."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExampleError, match=str(tmp_path / "out")) as error:
        make()
    assert error.value.hint


def test_command_prints_digests_or_one_error_line(
    example_index, cache, tmp_path, monkeypatch, capsys
) -> None:
    """The command prints the digests and exits 0; if the download fails, it prints one line and exits 30."""
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))
    shutil.copytree(cache, tmp_path / "cache" / "example")
    monkeypatch.setattr(build.build, "__defaults__", ("first", example_index.pinned))
    assert __main__.main([str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("sha256:") == 3
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "other"))
    use_index(tmp_path / "nowhere", monkeypatch)
    assert __main__.main([str(tmp_path / "new")]) == 30
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "check the network" in captured.err
    assert not any((tmp_path / "new").iterdir())
