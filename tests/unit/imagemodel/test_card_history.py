"""What schema 2 adds to a card: the file and the model that a model was made of."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imagemodel.card import digest_of, load_card, parse_card
from imagemodel.errors import CardError
from imagemodel.seal import canonical_json

ORIGIN = {"sha256": "0" * 64, "preset": "torchvision", "changes": ["removed the output label"]}


@pytest.fixture
def fields(model_directory: Path) -> dict[str, Any]:
    """The fields of a valid card of schema 1."""
    return json.loads((model_directory / "model.json").read_text())


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    """The JSON schema of the card."""
    return jsonschema.Draft202012Validator(json.loads((files("imagemodel") / "card.schema.json").read_text()))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("origin", []),
        ("origin", {**ORIGIN, "sha256": "0" * 63}),
        ("origin", {**ORIGIN, "preset": "Torch Vision"}),
        ("origin", {**ORIGIN, "changes": "joined"}),
        ("origin", {**ORIGIN, "changes": [""]}),
        ("origin", {**ORIGIN, "file": "model.onnx"}),
        ("origin", {"sha256": "0" * 64, "preset": "raw"}),
        ("parent", "0" * 64),
        ("parent", None),
    ],
)
def test_invalid_history_is_refused(fields, schema, where, value) -> None:
    """Parser and schema both refuse an invalid origin or parent of a card of schema 2."""
    wrong = {**fields, "schema": 2, where: value}
    with pytest.raises(CardError, match=where):
        parse_card(canonical_json(wrong))
    assert not schema.is_valid(wrong)


@pytest.mark.parametrize("history", [{}, {"origin": ORIGIN}, {"parent": f"sha256:{'0' * 64}"}])
def test_schema_2_adds_the_history_of_a_model(fields, schema, history) -> None:
    """A card of schema 2 may name the file and the model that it was made of."""
    card = parse_card(canonical_json({**fields, "schema": 2, **history}))
    assert card.schema == 2
    assert card.parent == history.get("parent", "")
    assert (card.origin is not None) == ("origin" in history)
    schema.validate({**fields, "schema": 2, **history})


def test_schema_1_is_sealed_and_read_as_before(model_directory) -> None:
    """A description without a schema is of schema 1, and its card has the digest that it always had."""
    card = load_card(model_directory)
    assert (card.schema, card.origin, card.parent) == (1, None, "")
    assert (model_directory / "model.json").read_bytes().count(b'"schema": 1') == 1
    assert card.digest == digest_of((model_directory / "model.json").read_bytes())
