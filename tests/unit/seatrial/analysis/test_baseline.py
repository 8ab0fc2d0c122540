"""The baseline, from the samples of the live probe."""

from __future__ import annotations

from release_records import make_record
from seatrial.analysis.baseline import Baseline, make_baseline
from seatrial.analysis.timeline import Sample
from seatrial.release.live_probe import LiveProbe
from seatrial.release.records import Records

BASELINE = Baseline(
    release="trial-0",
    requests=3,
    failed=1,
    median_milliseconds=20,
    same_model=True,
    probabilities={"cat.jpg": 0.9},
)


def test_only_the_stable_release_is_the_baseline() -> None:
    """Responses of another release are excluded; a failed request counts whatever release failed it."""
    samples = [
        Sample(5, 10, 200, "trial-0", ok=True),
        Sample(6, 30, 200, "trial-0", ok=True),
        Sample(7, 900, 200, "trial-1", ok=True),
        Sample(8, 900, 503, "", ok=False),
    ]
    assert make_baseline("trial-0", samples, {"cat.jpg": [0.9, 0.9, 0.7]}) == BASELINE


def test_without_a_response_there_is_no_baseline() -> None:
    """Without a live release, or without a response of it, nothing is compared."""
    assert LiveProbe().baseline("", same_model=False) is None
    assert make_baseline("trial-7", [Sample(5, 10, 200, "trial-0", ok=True)], {}) is None


def test_the_record_keeps_the_baseline(records: Records) -> None:
    """Deploy and accept may run on different machines: the record carries the baseline between them."""
    record = make_record(records, 1)
    record = records.move(record, "previewed", baseline=BASELINE)
    records.move(record, "pending")
    pending = records.pending()
    assert pending is not None
    assert pending.baseline == BASELINE
