"""JSON Schema of the types of bodies."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

import pytest

from classifier.openapi.schema import Keywords, Schemas


class Inner(TypedDict):
    """An inner object."""

    name: str


class Outer(TypedDict):
    """An outer object."""

    inner: list[Inner]
    size: Annotated[int, Keywords(minimum=1)]
    kind: Literal["a", "b"]
    note: NotRequired[str | None]
    pair: tuple[str, float]
    counts: dict[str, int]
    either: Inner | None


def test_a_type_becomes_its_schema() -> None:
    """Each kind of type that bodies may have."""
    schemas = Schemas()
    assert schemas.of(Outer) == {"$ref": "#/components/schemas/Outer"}
    inner = {"$ref": "#/components/schemas/Inner"}
    assert schemas.components["Inner"]["required"] == ["name"]
    outer = schemas.components["Outer"]
    assert outer["required"] == ["inner", "size", "kind", "pair", "counts", "either"]
    assert outer["description"] == "An outer object."
    assert outer["properties"] == {
        "inner": {"type": "array", "items": inner},
        "size": {"type": "integer", "minimum": 1},
        "kind": {"enum": ["a", "b"]},
        "note": {"type": ["string", "null"]},
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "number"}],
            "items": False,
            "minItems": 2,
            "maxItems": 2,
        },
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "either": {"anyOf": [inner, {"type": "null"}]},
    }


def test_another_type_is_refused() -> None:
    """A type without a schema cannot be documented wrongly."""
    with pytest.raises(TypeError, match="no JSON Schema"):
        Schemas().of(set[str])
