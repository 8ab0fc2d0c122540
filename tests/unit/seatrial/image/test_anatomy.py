"""Where the bytes of an image are."""

from __future__ import annotations

import pytest

from seatrial.errors import RefusedError
from seatrial.image.anatomy import refuse_weight, weigh

HISTORY = [
    {"CreatedBy": 'ENTRYPOINT ["python3"]', "Size": 0},
    {"CreatedBy": "COPY /layers/code / # buildkit", "Size": 2_000_000},
    {"CreatedBy": "COPY layers/model / # buildkit", "Size": 18_000_000},
    {"CreatedBy": "COPY /layers/lib / # buildkit", "Size": 150_000_000},
    {"CreatedBy": "RUN apt-get install python3", "Size": 30_000_000},
    {"CreatedBy": "", "Size": 70_000_000},
]
PARTS = {"base": 100_000_000, "dependencies": 150_000_000, "model": 18_000_000, "code": 2_000_000}


def test_each_part_is_weighed() -> None:
    """Base, dependencies, model and code, in bytes."""
    assert weigh(HISTORY) == PARTS


def test_within_the_budget() -> None:
    """An image of just the budget passes."""
    assert refuse_weight(PARTS, 270) == 270_000_000


def test_over_the_budget_is_refused_with_its_parts() -> None:
    """The refusal says how much too large, and where it is."""
    with pytest.raises(RefusedError, match=r"270\.0 MB, the budget is 269: base 100\.0, dependencies 150\.0"):
        refuse_weight(PARTS, 269)
