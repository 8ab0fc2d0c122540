"""Parsing, validation and sealing of a card."""

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imagemodel.card import CROP, load_card, parse_card
from imagemodel.errors import CardError, VerifyError
from imagemodel.seal import canonical_json, seal

ENTRY = {"sha256": "0" * 64, "size": 1}
REMOVED = object()

WRONG: list[tuple[str, Any]] = [
    ("schema", 3),
    ("origin", {}),
    ("parent", f"sha256:{'0' * 64}"),
    ("name", "Colours"),
    ("name", "../colours"),
    ("name", "a/b"),
    ("name", ".."),
    ("version", REMOVED),
    ("version", "1.0/0"),
    ("version", 1),
    ("licence", "  "),
    ("licence", "MIT\u0007"),
    ("task", "translation"),
    ("input", []),
    ("input.height", 0),
    ("input.height", "6"),
    ("input.height", True),
    ("input.width", 5000),
    ("input.layout", "NHCW"),
    ("input.channels", "RBG"),
    ("input.dtype", "float64"),
    ("input.resize", "squeeze"),
    ("input.shortest_side", 8),
    ("input.interpolation", "BILINEAR"),
    ("input.scale", None),
    ("input.mean", [1, 2]),
    ("input.mean", [1, 2, "3"]),
    ("input.std", [1, 2, 0]),
    ("input.colour", "sRGB"),
    ("output.kind", "scores"),
    ("output.classes", 1),
    ("metrics.top1", "good"),
    ("files", {"model.onnx": ENTRY}),
    ("files.labels.txt", {"sha256": "0" * 64, "size": 0}),
    ("files.labels.txt", {"sha256": "0" * 63, "size": 1}),
    ("files.labels.txt", {**ENTRY, "mode": 1}),
    ("files", {"model.onnx": ENTRY, "labels.txt": ENTRY, "../x": ENTRY}),
    ("files", {"model.onnx": ENTRY, "labels.txt": ENTRY, ".x": ENTRY}),
    ("files", {"model.onnx": ENTRY, "labels.txt": ENTRY, "model.json": ENTRY}),
    ("author", "somebody"),
]


@pytest.fixture
def fields(model_directory: Path) -> dict[str, Any]:
    """The fields of a valid card."""
    return json.loads((model_directory / "model.json").read_text())


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft202012Validator:
    """The JSON schema of the card."""
    return jsonschema.Draft202012Validator(json.loads((files("imagemodel") / "card.schema.json").read_text()))


def changed(fields: dict[str, Any], where: str, value: Any) -> dict[str, Any]:
    """Return `fields` with `value` at the path `where`, split at its first dot: file names have dots."""
    fields = copy.deepcopy(fields)
    table, _, rest = where.partition(".")
    target, key = (fields[table], rest) if rest else (fields, table)
    if value is REMOVED:
        del target[key]
    else:
        target[key] = value
    return fields


@pytest.mark.parametrize(
    ("where", "value"), WRONG, ids=lambda each: "removed" if each is REMOVED else str(each)[:40]
)
def test_invalid_card_raises_error_with_file_and_field(fields, schema, where, value) -> None:
    """Parser and schema both refuse an invalid card, and the parser's error names file and field."""
    wrong = changed(fields, where, value)
    with pytest.raises(CardError) as error:
        parse_card(canonical_json(wrong), "dir/model.json")
    assert error.value.message.startswith(f"dir/model.json: {where}")
    assert "expected" in error.value.message
    assert not schema.is_valid(wrong)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("input", {}),
        ("input", {"resize": CROP, "shortest_side": 9}),
        ("input", {"channels": "GRAY", "mean": [0], "std": [1]}),
        ("input", {"dtype": "uint8", "layout": "NCHW"}),
        ("metrics", {"top1": 0.75, "top5": 1}),
        ("files", {"LICENSE": ENTRY}),
    ],
)
def test_valid_card_passes_parser_and_schema(fields, schema, part, change) -> None:
    """Parser and schema both accept every valid value."""
    fields[part] = {**fields[part], **change}
    parse_card(canonical_json(fields))
    schema.validate(fields)


def test_error_has_expected_and_found_value(fields) -> None:
    """The error names the field, the expected value and the found value."""
    with pytest.raises(CardError, match=r"input\.layout: expected NCHW or NHWC, found \"NHCW\""):
        parse_card(canonical_json(changed(fields, "input.layout", "NHCW")))
    with pytest.raises(CardError, match=r"version: expected a string of one line, found nothing"):
        parse_card(canonical_json(changed(fields, "version", REMOVED)))


def test_crop_larger_than_resized_image_is_refused(fields) -> None:
    """`shortest_side` must be at least the height and width of the crop."""
    fields["input"] |= {"resize": CROP, "shortest_side": 7}
    with pytest.raises(CardError, match=r"input\.shortest_side: expected an integer from 8"):
        parse_card(canonical_json(fields))


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b" " * (1 << 21)],
    ids=["empty", "cut", "list", "latin", "nan", "twice", "deep", "long"],
)
def test_invalid_json_raises_card_error_of_one_line(raw) -> None:
    """Bytes that are not a JSON object raise a CardError of one line."""
    with pytest.raises(CardError) as error:
        parse_card(raw)
    assert "\n" not in error.value.message


def test_digest_changes_with_card(model_directory) -> None:
    """Sealing the same description gives the same digest, another description another digest."""
    first = load_card(model_directory)
    description = json.loads((model_directory / "model.json").read_text())
    assert (
        seal(model_directory, description).digest
        == first.digest
        == load_card(model_directory / "model.json").digest
    )
    assert seal(model_directory, {**description, "licence": "BSD-3-Clause"}).digest != first.digest


def test_invalid_description_does_not_change_directory(model_directory) -> None:
    """`seal` writes nothing if the description is not valid."""
    before = sorted((path.name, path.read_bytes()) for path in model_directory.iterdir())
    with pytest.raises(CardError):
        seal(model_directory, {"name": "colours"})
    assert sorted((path.name, path.read_bytes()) for path in model_directory.iterdir()) == before


def test_duplicate_key_is_refused(fields) -> None:
    """A duplicate key, which JSON readers interpret differently, is refused."""
    raw = canonical_json(fields).replace(b'"schema": 1', b'"schema": 1, "schema": 1')
    with pytest.raises(CardError, match="duplicate key"):
        parse_card(raw)


def test_missing_card_raises_error_with_path(tmp_path) -> None:
    """A directory without a card raises VerifyError with the path."""
    with pytest.raises(VerifyError, match=str(tmp_path)):
        load_card(tmp_path)
