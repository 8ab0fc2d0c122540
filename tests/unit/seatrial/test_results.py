"""What stages hand on is typed, closed and complete."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from seatrial.results import BuildResult, StageResult, UpdateResult

ARTEFACT = {"name": "m", "version": "1", "digest": "sha256:0"}
STAMP = {
    "working_state": "t",
    "revision": "r",
    "lock_digest": "sha256:1",
    "started": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
    "seconds": 1.5,
}
KINDS = sorted(StageResult.__subclasses__(), key=lambda kind: kind.__name__)


def test_every_stage_signs_its_result_with_its_own_name() -> None:
    """No result can be taken for another stage's."""
    names = [kind.model_fields["stage"].default for kind in KINDS]
    assert [f"{name.capitalize()}Result" for name in names] == [kind.__name__ for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_result_without_its_stamp_is_none(kind: type[StageResult]) -> None:
    """Working state, revision, lock, start and duration are always there."""
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({})
    assert set(STAMP) <= {str(error["loc"][0]) for error in caught.value.errors()}


@pytest.mark.parametrize(
    "change", [{"stage": "push"}, {"extra": 1}, {"changed": "perhaps"}, {"model": {"name": "m"}}]
)
def test_a_result_that_is_not_quite_one_is_refused(change: dict[str, object]) -> None:
    """Another stage's name, an unknown key, a wrong type or a missing one."""
    good = {**STAMP, "changed": True, "model": ARTEFACT}
    assert UpdateResult.model_validate_json(json.dumps(good)).changed
    with pytest.raises(ValidationError):
        UpdateResult.model_validate_json(json.dumps({**good, **change}))


def test_a_result_does_not_change() -> None:
    """What was judged is what is handed on."""
    build = BuildResult.model_validate(
        {**STAMP, "image_id": "sha256:2", "model": ARTEFACT, "golden": ARTEFACT, "size": 1, "layers": {}}
    )
    with pytest.raises(ValidationError, match="frozen"):
        build.image = "sha256:3"  # type: ignore[misc]
