"""Loading and verification of a golden set."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imagemodel.errors import CardError, VerifyError
from imagemodel.golden import load_golden
from imagemodel.seal import canonical_json, describe_file


@pytest.fixture
def listing(tmp_path: Path, photo) -> dict[str, Any]:
    """The fields of a golden set of two photos, which are in tmp_path."""
    rows = []
    for index, colour in enumerate(("blue", "red")):
        path = tmp_path / f"{colour}.png"
        path.write_bytes(photo(colour))
        rows.append({"file": path.name, **describe_file(path), "label": colour, "index": index})
    extra = {"min_probability": 0.5, "source": "made by the test", "licence": "CC0-1.0"}
    return {"schema": 1, "name": "colours", "version": "1", "photos": [{**row, **extra} for row in rows]}


@pytest.fixture
def golden_directory(tmp_path: Path, listing) -> Path:
    """A valid golden set."""
    (tmp_path / "golden.json").write_bytes(canonical_json(listing))
    return tmp_path


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft202012Validator:
    """The JSON schema of `golden.json`."""
    return jsonschema.Draft202012Validator(
        json.loads((files("imagemodel") / "golden.schema.json").read_text())
    )


def test_valid_golden_set_is_loaded(golden_directory, listing, schema) -> None:
    """Photos, labels and thresholds keep their order, and the schema accepts the file."""
    golden = load_golden(golden_directory)
    assert [(each.label, each.index, each.min_probability) for each in golden.photos] == [
        ("blue", 0, 0.5),
        ("red", 1, 0.5),
    ]
    assert all(each.path.is_file() for each in golden.photos)
    assert load_golden(golden_directory, golden.digest) == golden
    schema.validate(listing)


def test_other_digest_is_refused(golden_directory) -> None:
    """A golden set with another digest than the expected one raises VerifyError."""
    with pytest.raises(VerifyError, match="expected sha256:0000"):
        load_golden(golden_directory, "sha256:" + "0" * 64)


def test_changed_missing_or_additional_photo_is_refused(golden_directory) -> None:
    """A changed, missing or additional file raises VerifyError with its name."""
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
def test_invalid_golden_json_raises_error_with_photo_and_field(
    golden_directory, listing, schema, field, value
) -> None:
    """Parser and schema both refuse an invalid file, and the parser's error names photo and field."""
    listing["photos"][1][field] = value
    (golden_directory / "golden.json").write_bytes(canonical_json(listing))
    with pytest.raises(CardError, match=r"golden\.json: photos") as error:
        load_golden(golden_directory)
    assert field == "file" or f"photos[1].{field}" in error.value.message
    assert not schema.is_valid(listing)


def test_duplicate_photo_and_empty_list_are_refused(golden_directory, listing) -> None:
    """A golden set without photos, or with the same photo twice, raises CardError."""
    for photos in ([], [listing["photos"][0]] * 2):
        (golden_directory / "golden.json").write_bytes(canonical_json({**listing, "photos": photos}))
        with pytest.raises(CardError, match="photos: expected"):
            load_golden(golden_directory)
