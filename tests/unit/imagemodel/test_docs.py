"""The reference pages of the card, the golden set and the evaluation set agree with the code."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from imagemodel import preprocess

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def first_column(page: str) -> str:
    """Return the first column of the first table of a page."""
    table = (REFERENCE / page).read_text().split("|---|", 1)[1].split("\n\n", 1)[0]
    return "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("|"))


def field_names(schema: dict[str, Any]) -> set[str]:
    """Return the names of all fields in a schema, except those below `files`."""
    names: set[str] = set()
    for name, field in schema.get("properties", {}).items():
        names |= {name} | field_names(field) | field_names(field.get("items", {}))
    return names


@pytest.mark.parametrize(
    ("page", "schema"),
    [
        ("card.md", "card.schema.json"),
        ("golden-set.md", "golden.schema.json"),
        ("evaluation-set.md", "evaluation.schema.json"),
    ],
)
def test_page_lists_every_field_of_schema(page: str, schema: str) -> None:
    """The table of the page names every field of the JSON schema."""
    fields = field_names(json.loads((files("imagemodel") / schema).read_text()))
    assert fields <= set(re.findall(r"\w+", first_column(page)))


def test_card_page_has_steps_of_preprocess() -> None:
    """The page lists the same number of preprocessing steps, in the same order, as the module."""
    page = (REFERENCE / "card.md").read_text().split("## How a photo becomes numbers")[1]
    steps = [re.findall(r"^(\d+)\. (\w+)", text, re.MULTILINE) for text in (page, preprocess.__doc__ or "")]
    assert len(steps[0]) == 8
    assert steps[0] == steps[1]
