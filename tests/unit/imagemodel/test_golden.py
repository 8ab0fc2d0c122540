"""A golden set is whole and says whose its photos are, or it is refused."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imagemodel.errors import CardError, VerifyError
from imagemodel.golden import load_golden
from imagemodel.seal import canonical, describe_file


@pytest.fixture
def listing(tmp_path: Path, photo) -> dict[str, Any]:
    """What the list of a golden set of two photos says; the photos lie in tmp_path."""
    rows = []
    for index, colour in enumerate(("blue", "red")):
        path = tmp_path / f"{colour}.png"
        path.write_bytes(photo(colour))
        rows.append({"file": path.name, **describe_file(path), "label": colour, "index": index})
    extra = {"min_probability": 0.5, "source": "made by the test", "licence": "CC0-1.0"}
    return {"schema": 1, "name": "colours", "version": "1", "photos": [{**row, **extra} for row in rows]}


@pytest.fixture
def golden_directory(tmp_path: Path, listing) -> Path:
    """A golden set in which everything is as it should be."""
    (tmp_path / "golden.json").write_bytes(canonical(listing))
    return tmp_path


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft202012Validator:
    """The published schema of the list."""
    return jsonschema.Draft202012Validator(
        json.loads((files("imagemodel") / "golden.schema.json").read_text())
    )


def test_a_whole_set_is_loaded(golden_directory, listing, schema) -> None:
    """Photos, labels and thresholds come in the order of the list; the schema takes the list too."""
    golden = load_golden(golden_directory)
    assert [(each.label, each.index, each.min_probability) for each in golden.photos] == [
        ("blue", 0, 0.5),
        ("red", 1, 0.5),
    ]
    assert all(each.path.is_file() for each in golden.photos)
    assert load_golden(golden_directory, golden.digest) == golden
    schema.validate(listing)


def test_another_digest_is_refused(golden_directory) -> None:
    """The set that the lock names is the set that is used."""
    with pytest.raises(VerifyError, match="expected sha256:0000"):
        load_golden(golden_directory, "sha256:" + "0" * 64)


def test_a_changed_missing_or_added_photo_is_refused(golden_directory) -> None:
    """The list names every photo and its bytes."""
    (golden_directory / "more.png").write_bytes(b"x")
    with pytest.raises(VerifyError, match=r"more\.png: not named"):
        load_golden(golden_directory)
    (golden_directory / "more.png").unlink()
    (golden_directory / "red.png").write_bytes((golden_directory / "blue.png").read_bytes())
    with pytest.raises(VerifyError, match=r"red\.png: expected"):
        load_golden(golden_directory)
    (golden_directory / "red.png").unlink()
    with pytest.raises(VerifyError, match=r"red\.png: missing"):
        load_golden(golden_directory)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", "../blue.png"),
        ("file", "golden.json"),
        ("label", ""),
        ("index", -1),
        ("min_probability", 1.5),
        ("licence", None),
        ("source", 7),
        ("photographer", "me"),
    ],
)
def test_a_wrong_list_is_refused_naming_the_field(golden_directory, listing, schema, field, value) -> None:
    """Parser and schema refuse the same; the parser says which photo and which field."""
    listing["photos"][1][field] = value
    (golden_directory / "golden.json").write_bytes(canonical(listing))
    with pytest.raises(CardError, match=r"golden\.json: photos") as error:
        load_golden(golden_directory)
    assert field == "file" or f"photos[1].{field}" in error.value.message
    assert not schema.is_valid(listing)


def test_a_photo_named_twice_or_none_at_all_is_refused(golden_directory, listing) -> None:
    """A set that checks nothing, or the same thing twice, is a mistake."""
    for photos in ([], [listing["photos"][0]] * 2):
        (golden_directory / "golden.json").write_bytes(canonical({**listing, "photos": photos}))
        with pytest.raises(CardError, match="photos: expected"):
            load_golden(golden_directory)
