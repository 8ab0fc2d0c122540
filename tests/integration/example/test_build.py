"""One command gives a whole example; again, nothing is done; failing, nothing is half done."""

import shutil

import pytest
from examples.imagenet import __main__, build
from examples.imagenet.errors import ExampleError

from imagemodel.classifier import ImageClassifier
from imagemodel.golden import load_golden

from .conftest import look_only_at


@pytest.fixture
def make(cache, example_shelf, tmp_path):
    """A function that builds the example from the cache into tmp_path/out."""

    def run(variant: str = "first", out: str = "out", cache=cache):
        return build.build(tmp_path / out, cache, variant, example_shelf.pinned)

    return run


def tree(directory):
    """Return the bytes of every file below `directory`."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_the_example_is_whole_and_the_same_each_time(make, tmp_path) -> None:
    """Model and golden set verify, agree on the labels, and have the same bytes when built elsewhere."""
    example, built = make()
    again, _ = make(out="elsewhere")
    assert built
    assert example == again
    assert tree(tmp_path / "out") == tree(tmp_path / "elsewhere")
    model = ImageClassifier.load(tmp_path / "out" / "model", digest=example.model)
    for photo in load_golden(tmp_path / "out" / "golden", example.golden).photos:
        assert model.labels[photo.index] == photo.label


def test_nothing_is_done_twice(make, tmp_path) -> None:
    """With nothing changed the packages are not even looked for."""
    first, _ = make()
    assert make(cache=tmp_path / "no cache") == (first, False)
    assert not (tmp_path / "no cache").exists()


@pytest.mark.parametrize("file", ["model/labels.txt", "golden/coffee.png", "built.json"])
def test_what_was_changed_by_hand_is_built_again(make, tmp_path, file) -> None:
    """An example that is no longer what was built is not taken for it."""
    make()
    before = tree(tmp_path / "out")
    (tmp_path / "out" / file).write_bytes(b"{}")
    _, built = make()
    assert built
    assert tree(tmp_path / "out") == before


def test_the_variants_differ_as_they_say(make, tmp_path) -> None:
    """The second has another network and the same labels, the wrong one the same network and other labels."""
    cards = {}
    for variant in build.VARIANTS:
        make(variant, variant)
        cards[variant] = ImageClassifier.load(tmp_path / variant / "model")
    first, second, wrong = (cards[variant] for variant in build.VARIANTS)
    assert len({each.card.version for each in cards.values()}) == 3
    assert first.labels == second.labels
    assert first.card.files["model.onnx"] == wrong.card.files["model.onnx"] != second.card.files["model.onnx"]
    assert all(right != shown for right, shown in zip(first.labels, wrong.labels, strict=True))


def test_a_build_that_fails_leaves_what_was_there(make, tmp_path, monkeypatch) -> None:
    """Half an example is never seen."""
    make()
    before = tree(tmp_path / "out")
    monkeypatch.setattr("examples.imagenet.photos.PHOTOS", ())
    with pytest.raises(Exception, match="photos"):
        make("second")
    assert tree(tmp_path / "out") == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["built.json", "golden", "model"]


def test_a_place_that_cannot_be_written_is_one_line_with_a_cure(make, tmp_path) -> None:
    """A file where a directory should be is told by name."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExampleError, match=str(tmp_path / "out")) as error:
        make()
    assert error.value.hint


def test_the_command_tells_where_everything_lies(example_shelf, cache, tmp_path, monkeypatch, capsys) -> None:
    """It prints the digests and ends 0; offline it prints one line and ends 30."""
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))
    shutil.copytree(cache, tmp_path / "cache" / "example")
    monkeypatch.setattr(build.build, "__defaults__", ("first", example_shelf.pinned))
    assert __main__.main([str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("sha256:") == 2
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "other"))
    look_only_at(tmp_path / "nowhere", monkeypatch)
    assert __main__.main([str(tmp_path / "new")]) == 30
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "check the network" in captured.err
    assert not any((tmp_path / "new").iterdir())
