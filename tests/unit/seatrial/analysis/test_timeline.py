"""The samples of a load, written to a file and read back."""

from __future__ import annotations

import json
from pathlib import Path

from seatrial.analysis.timeline import Sample, read_timeline, write_timeline


def test_a_timeline_is_read_back_in_the_order_of_sending(tmp_path: Path) -> None:
    """Samples are sorted by the time of their request, one JSON object per line."""
    late, early = Sample(2.0, 5.0, 200, "b", ok=True), Sample(1.0, 7.5, 0, "", ok=False, why="refused")
    write_timeline(tmp_path / "x" / "t.jsonl", [late, early])
    assert read_timeline(tmp_path / "x" / "t.jsonl") == [early, late]
    first = json.loads((tmp_path / "x" / "t.jsonl").read_text().splitlines()[0])
    assert set(first) == {"t", "ms", "status", "release", "ok", "why", "connection"}


def test_malformed_lines_are_ignored(tmp_path: Path) -> None:
    """A truncated file has its complete lines, a missing or binary one has none."""
    write_timeline(tmp_path / "t.jsonl", [Sample(1.0, 7.5, 200, "a", ok=True)])
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write('{"t": 3}\n[]\n{"t": 4, "ms"')
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe")
    assert len(read_timeline(tmp_path / "t.jsonl")) == 1
    assert read_timeline(tmp_path / "missing.jsonl") == []
    assert read_timeline(tmp_path / "binary.jsonl") == []
