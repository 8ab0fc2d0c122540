"""Loading and verification of an evaluation set."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imagemodel.errors import CardError, VerifyError
from imagemodel.evaluation import load_evaluation, parse_evaluation
from imagemodel.seal import canonical_json, describe_file


@pytest.fixture
def listing(tmp_path: Path, photo) -> dict[str, Any]:
    """The fields of an evaluation set in tmp_path: a blue photo, a variant of it, and a red photo."""
    rows = []
    for file, index in (("blue.png", 0), ("blue-flipped.png", 0), ("red.png", 1)):
        path = tmp_path / file
        path.write_bytes(photo(("blue", "red")[index]))
        row = {"file": path.name, **describe_file(path), "label": ("blue", "red")[index], "index": index}
        rows.append({**row, "source": "made by the test", "licence": "CC0-1.0"})
    rows[1]["original"] = "blue.png"
    return {"schema": 1, "name": "colours", "version": "1", "photos": rows}


@pytest.fixture
def directory(tmp_path: Path, listing) -> Path:
    """The directory of a valid evaluation set."""
    (tmp_path / "evaluation.json").write_bytes(canonical_json(listing))
    return tmp_path


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft202012Validator:
    """The JSON schema of `evaluation.json`."""
    return jsonschema.Draft202012Validator(
        json.loads((files("imagemodel") / "evaluation.schema.json").read_text())
    )


def test_valid_evaluation_set_is_loaded(directory, listing, schema) -> None:
    """Photos keep their order, and a variant counts with its original."""
    found = load_evaluation(directory)
    assert [(each.path.name, each.index, each.cluster) for each in found.photos] == [
        ("blue.png", 0, "blue.png"),
        ("blue-flipped.png", 0, "blue.png"),
        ("red.png", 1, "red.png"),
    ]
    assert found.originals == 2
    assert load_evaluation(directory, found.digest) == found
    schema.validate(listing)


def test_other_digest_or_photo_is_refused(directory) -> None:
    """Another digest, and a changed photo, raise VerifyError."""
    with pytest.raises(VerifyError, match="expected sha256:0000"):
        load_evaluation(directory, "sha256:" + "0" * 64)
    (directory / "red.png").write_bytes((directory / "blue.png").read_bytes())
    with pytest.raises(VerifyError, match=r"red\.png: expected"):
        load_evaluation(directory)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", "../blue.png"),
        ("file", "evaluation.json"),
        ("label", ""),
        ("index", -1),
        ("original", "../blue.png"),
        ("licence", None),
        ("source", 7),
        ("min_probability", 0.5),
    ],
)
def test_invalid_list_raises_error_with_photo_and_field(directory, listing, schema, field, value) -> None:
    """Parser and schema both refuse an invalid file, and the parser's error names photo and field."""
    listing["photos"][1][field] = value
    with pytest.raises(CardError, match=r"evaluation\.json: photos") as error:
        parse_evaluation(canonical_json(listing), directory)
    assert field == "file" or f"photos[1].{field}" in error.value.message
    assert not schema.is_valid(listing)


def test_variant_of_another_class_or_of_a_variant_is_refused(directory, listing) -> None:
    """The photos of a cluster have one class, and an original is not itself a variant."""
    listing["photos"][2]["original"] = "blue.png"
    with pytest.raises(CardError, match=r"red\.png: another class than its original blue\.png"):
        parse_evaluation(canonical_json(listing), directory)
    listing["photos"][2]["original"] = "blue-flipped.png"
    with pytest.raises(CardError, match=r"original blue-flipped\.png is itself a variant"):
        parse_evaluation(canonical_json(listing), directory)


def test_list_of_many_photos_is_longer_than_a_card(listing, directory) -> None:
    """A list of more than 1 MiB, the limit of a card, is valid; one of more than 64 MiB is not."""
    row = listing["photos"][0]
    photos = [{**row, "file": f"{number}.png"} for number in range(5000)]
    raw = canonical_json({**listing, "photos": photos})
    assert len(raw) > 1 << 20
    assert parse_evaluation(raw, directory).originals == 5000
    with pytest.raises(CardError, match="expected at most 67108864"):
        parse_evaluation(b" " * (64 << 20) + b"{}", directory)
