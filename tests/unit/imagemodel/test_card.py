"""What a card may say, and what is told to who wrote it wrong."""

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imagemodel.card import CROP, load_card, parse_card
from imagemodel.errors import CardError, VerifyError
from imagemodel.seal import canonical, seal

ENTRY = {"sha256": "0" * 64, "size": 1}
REMOVED = object()

WRONG: list[tuple[str, Any]] = [
    ("schema", 2),
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
    """What a whole card says."""
    return json.loads((model_directory / "model.json").read_text())


@pytest.fixture(scope="session")
def schema() -> jsonschema.Draft202012Validator:
    """The published schema of the card."""
    return jsonschema.Draft202012Validator(json.loads((files("imagemodel") / "card.schema.json").read_text()))


def changed(fields: dict[str, Any], where: str, value: Any) -> dict[str, Any]:
    """Return `fields` with `value` at ``first.rest``; file names hold dots, so only the first counts."""
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
def test_a_wrong_card_is_refused_naming_the_field(fields, schema, where, value) -> None:
    """Each mistake is refused, by the parser and by the schema, and the parser names file and field."""
    wrong = changed(fields, where, value)
    with pytest.raises(CardError) as error:
        parse_card(canonical(wrong), "dir/model.json")
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
def test_a_right_card_is_taken_by_the_parser_and_by_the_schema(fields, schema, part, change) -> None:
    """Whatever the published schema allows, the parser reads."""
    fields[part] = {**fields[part], **change}
    parse_card(canonical(fields))
    schema.validate(fields)


def test_a_message_says_what_was_expected_and_what_was_found(fields) -> None:
    """A reader of the message needs no documentation to mend the card."""
    with pytest.raises(CardError, match=r"input\.layout: expected NCHW or NHWC, found \"NHCW\""):
        parse_card(canonical(changed(fields, "input.layout", "NHCW")))
    with pytest.raises(CardError, match=r"version: expected a text of one line, it is missing"):
        parse_card(canonical(changed(fields, "version", REMOVED)))


def test_a_crop_larger_than_the_resized_photo_is_refused(fields) -> None:
    """The shorter side before the crop is at least as long as the crop."""
    fields["input"] |= {"resize": CROP, "shortest_side": 7}
    with pytest.raises(CardError, match=r"input\.shortest_side: expected a whole number from 8"):
        parse_card(canonical(fields))


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b" " * (1 << 21)],
    ids=["empty", "cut", "list", "latin", "nan", "twice", "deep", "long"],
)
def test_what_is_no_json_object_is_refused_in_one_line(raw) -> None:
    """Hostile or broken bytes end in a CardError of one line."""
    with pytest.raises(CardError) as error:
        parse_card(raw)
    assert "\n" not in error.value.message


def test_the_digest_names_the_bytes_of_the_card(model_directory) -> None:
    """Sealed again, a model has the same digest; with one word changed, another."""
    first = load_card(model_directory)
    description = json.loads((model_directory / "model.json").read_text())
    assert (
        seal(model_directory, description).digest
        == first.digest
        == load_card(model_directory / "model.json").digest
    )
    assert seal(model_directory, {**description, "licence": "BSD-3-Clause"}).digest != first.digest


def test_a_refused_description_leaves_the_old_card(model_directory) -> None:
    """Sealing is all or nothing."""
    before = sorted((path.name, path.read_bytes()) for path in model_directory.iterdir())
    with pytest.raises(CardError):
        seal(model_directory, {"name": "colours"})
    assert sorted((path.name, path.read_bytes()) for path in model_directory.iterdir()) == before


def test_a_key_that_stands_twice_is_refused(fields) -> None:
    """Two readers of one card can never see two values."""
    raw = canonical(fields).replace(b'"schema": 1', b'"schema": 1, "schema": 1')
    with pytest.raises(CardError, match="a key stands twice"):
        parse_card(raw)


def test_a_missing_card_is_told_with_its_path(tmp_path) -> None:
    """Where there is no card, the path that was looked at is named."""
    with pytest.raises(VerifyError, match=str(tmp_path)):
        load_card(tmp_path)
