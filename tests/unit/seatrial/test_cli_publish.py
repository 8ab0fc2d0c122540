"""What publish prints."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from seatrial.commands.model import _publish_text
from seatrial.results import Artefact, PublishResult


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"created": True}, ""),
        ({"created": False}, ", published before"),
        ({"created": False, "completed": True}, ", completes an interrupted publication"),
        (
            {"created": True, "completed": True, "channel_kept_at": "2.0.0"},
            ", completes an interrupted publication\nthe channel stays at 2.0.0, which is not older",
        ),
    ],
)
def test_publish_names_what_it_completed(facts: dict[str, Any], text: str) -> None:
    """A publication that was there, or was interrupted, is not reported like a new one."""
    model = Artefact(name="colours", version="1.0.0", digest="sha256:" + "d" * 64)
    started = datetime(2026, 1, 1, tzinfo=UTC)
    result = PublishResult(
        working_state="t", revision="r", lock_digest="l", started=started, seconds=1, model=model, **facts
    )
    assert _publish_text(result).startswith(f"colours 1.0.0 ({model.digest}){text}")
