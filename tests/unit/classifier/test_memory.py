"""The memory for decoding is derived from the container's limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.config import load_config
from classifier.memory import decode_budget
from imagemodel.decode.budget import DECODE_BYTES

POD = 768 << 20


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"], ids=["v2", "v1"])
def test_budget_is_a_part_of_the_limit(tmp_path: Path, name: str) -> None:
    """With cgroups v2 and v1, a pod of 768 MiB decodes with the documented 288 MiB."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(f"{POD}\n")
    assert decode_budget(tmp_path) == DECODE_BYTES == 288 << 20


@pytest.mark.parametrize("text", ["max\n", "9223372036854771712\n"], ids=["v2", "v1"])
def test_budget_has_a_default_without_a_limit(tmp_path: Path, text: str) -> None:
    """Without a memory limit the budget is that of a pod of the default size."""
    (tmp_path / "memory.max").write_text(text)
    assert decode_budget(tmp_path) == DECODE_BYTES


def test_budget_can_be_set() -> None:
    """APP_DECODE_MB sets the memory for decoding."""
    assert load_config({"APP_DECODE_MB": "7"}).decode_bytes == 7 << 20
