"""The size of an image, by layer."""

from __future__ import annotations

import pytest

from seatrial.errors import RefusedError
from seatrial.image.size import layer_sizes, require_size_within

HISTORY = [
    {"CreatedBy": 'ENTRYPOINT ["python3"]', "Size": 0},
    {"CreatedBy": "COPY /layers/code / # buildkit", "Size": 2_000_000},
    {"CreatedBy": "COPY layers/model / # buildkit", "Size": 18_000_000},
    {"CreatedBy": "COPY /layers/lib / # buildkit", "Size": 150_000_000},
    {"CreatedBy": "RUN apt-get install python3", "Size": 30_000_000},
    {"CreatedBy": "", "Size": 70_000_000},
]
LAYERS = {"base": 100_000_000, "dependencies": 150_000_000, "model": 18_000_000, "code": 2_000_000}


def test_layer_sizes_are_summed_by_source() -> None:
    """Base, dependencies, model and code have their sizes in bytes."""
    assert layer_sizes(HISTORY) == LAYERS


def test_an_image_of_exactly_the_budget_passes() -> None:
    """The budget is the largest allowed size."""
    assert require_size_within(270, LAYERS) == 270_000_000


def test_an_image_over_the_budget_is_refused() -> None:
    """The error has the size, the budget and the size of each layer."""
    with pytest.raises(RefusedError, match=r"270\.0 MB, the budget is 269: base 100\.0, dependencies 150\.0"):
        require_size_within(269, LAYERS)
