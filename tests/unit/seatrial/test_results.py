"""The results of stages: typed, without unknown fields, complete."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from seatrial.recovery_results import RollbackResult
from seatrial.results import BuildResult, CheckResult, PushResult, StageResult
from seatrial.stages.update import UpdateResult

ARTEFACT = {"name": "m", "version": "1", "digest": "sha256:0"}
COMMON = {
    "working_state": "t",
    "revision": "r",
    "lock_digest": "sha256:1",
    "started": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
    "seconds": 1.5,
}
KINDS = sorted(StageResult.__subclasses__(), key=lambda kind: kind.__name__)


def test_every_result_has_the_name_of_its_stage() -> None:
    """The field `stage` distinguishes the results of two stages."""
    names = [kind.model_fields["stage"].default for kind in KINDS]
    assert [f"{name.capitalize()}Result" for name in names] == [kind.__name__ for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_result_without_the_common_fields_is_refused(kind: type[StageResult]) -> None:
    """Working state, revision, lock digest, start and duration are required in every result."""
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({})
    assert set(COMMON) <= {str(error["loc"][0]) for error in caught.value.errors()}


@pytest.mark.parametrize(
    "change", [{"stage": "push"}, {"extra": 1}, {"changed": "perhaps"}, {"model": {"name": "m"}}]
)
def test_an_invalid_result_is_refused(change: dict[str, object]) -> None:
    """Another stage's name, an unknown field, a wrong type or an incomplete value is refused."""
    good = {**COMMON, "changed": True, "model": ARTEFACT}
    assert UpdateResult.model_validate_json(json.dumps(good)).changed
    with pytest.raises(ValidationError):
        UpdateResult.model_validate_json(json.dumps({**good, **change}))


def test_a_result_is_immutable() -> None:
    """No field of a result can be set."""
    build = BuildResult.model_validate(
        {**COMMON, "image_id": "sha256:2", "model": ARTEFACT, "golden": ARTEFACT, "size": 1, "layers": {}}
    )
    with pytest.raises(ValidationError, match="frozen"):
        build.image_id = "sha256:3"


@pytest.mark.parametrize("reference", [f"registry.test/classifier@sha256:{'a' * 64}", ""])
def test_a_rollback_result_is_read_back(reference: str) -> None:
    """The reference is a string in JSON; it is empty after undoing a first release."""
    fields = {"environment": "staging", "release": "", "replaced": "staging-1", "reference": reference}
    result = RollbackResult.model_validate({**COMMON, **fields})
    assert json.loads(result.model_dump_json())["reference"] == reference
    assert RollbackResult.model_validate_json(result.model_dump_json()) == result
    assert str(result.reference) == reference


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (BuildResult, {"model": ARTEFACT, "golden": ARTEFACT, "size": 1, "layers": {}}),
        (CheckResult, {"passed": 1, "report": "check.xml"}),
        (
            PushResult,
            {
                "reference": f"registry.test/classifier@sha256:{'a' * 64}",
                "model": ARTEFACT,
                "golden": ARTEFACT,
                "bytes_pushed": 1,
            },
        ),
    ],
)
def test_an_image_id_under_its_older_name_is_read(kind: type[StageResult], fields: dict[str, object]) -> None:
    """Results of older versions call the field `image`; it is written as `image_id`."""
    older = kind.model_validate_json(json.dumps({**COMMON, **fields, "image": "sha256:2"}))
    assert json.loads(older.model_dump_json())["image_id"] == "sha256:2"
    assert kind.model_validate_json(older.model_dump_json()) == older
    with pytest.raises(ValidationError):
        kind.model_validate({**COMMON, **fields, "image": "sha256:2", "image_id": "sha256:2"})
