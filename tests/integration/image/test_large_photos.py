"""Large photos, many at once, to a container with the memory of a pod."""

from __future__ import annotations

import pytest

from app_container import POD, AppContainer
from imagemodel.golden import GoldenSet
from large_photos import LARGE_PHOTOS
from photo_attack import attack, largest_sizes, peak_mebibytes

WORST = ("PNG RGB", "PNG RGBA", "JPEG progressive 4:4:4", "JPEG progressive CMYK")
OTHERS = ("PNG grey 16 bit", "PNG palette", "WebP lossy with alpha", "WebP animated")


@pytest.mark.parametrize("kinds", [WORST, OTHERS], ids=["most memory", "most pixels"])
def test_large_photos_at_once_take_nothing_from_others(
    own_app: AppContainer, golden: GoldenSet, kinds: tuple[str, ...]
) -> None:
    """Of 16 of the largest photos at once each gets labels or 503; all requests of others are answered."""
    sizes = largest_sizes()
    photos = [LARGE_PHOTOS[kind](sizes[kind]) for kind in kinds]
    found = attack(own_app, photos, golden.photos[0].path.read_bytes())
    assert set(found.statuses) <= {200, 503}
    assert found.statuses[200] > 0
    assert set(found.others) == {200}
    assert own_app.get_wrapped_container().status != "exited"
    assert peak_mebibytes(own_app) < POD.memory_mb * 0.9
