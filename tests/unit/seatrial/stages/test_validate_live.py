"""validate in a job that reaches no cluster: what is live is in the base commit and in the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from accepted_documents import store_accepted
from colours import write_model
from memory_environments import Environments, digest
from model_fixtures import fetched
from seatrial.check_result import Check
from seatrial.errors import RefusedError
from seatrial.model.validation.accepted_model import accepted_key
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stages.validate import validate
from seatrial.workspace import Workspace


@pytest.fixture
def building(environments: Environments) -> Settings:
    """Settings of environments without a cluster, with which no comparison may be missing."""
    configured = {
        name: environment.model_copy(update={"context": ""})
        for name, environment in environments.settings.environments.items()
    }
    validation = environments.settings.validation.model_copy(update={"demand_comparison": True})
    return environments.settings.model_copy(update={"environments": configured, "validation": validation})


@pytest.fixture
def ready(building: Settings, workspace: Workspace, model: Path, golden: Path) -> Workspace:
    """A checkout whose locked model is published and fetched."""
    return fetched(building, workspace, model, golden)


def compared(checks: tuple[Check, ...]) -> dict[str, str]:
    """Return the result of each comparison with a live model."""
    return {check.name: check.status for check in checks if check.name.startswith("agrees with")}


def test_what_an_environment_accepted_is_compared_with(
    building: Settings, ready: Workspace, store: Path, tmp_path: Path
) -> None:
    """The document in the store names another model, which is fetched and run."""
    write_model(tmp_path / "live", version="0.9.0")
    live = publish(building, ready, model=tmp_path / "live", channel="none").model
    assert live
    store_accepted(store, "production", live)
    found = compared(validate(building, ready).verdicts)
    assert found == {"agrees with the live model of production": "passed"}


def test_a_model_that_disagrees_with_one_of_two_is_refused(
    building: Settings, ready: Workspace, store: Path, tmp_path: Path
) -> None:
    """Production has another model than staging; both count."""
    write_model(tmp_path / "same", version="0.8.0")
    write_model(tmp_path / "other", labels=("green", "blue", "red"), version="0.9.0")
    for environment, folder in (("staging", "same"), ("production", "other")):
        live = publish(building, ready, model=tmp_path / folder, channel="none").model
        assert live
        store_accepted(store, environment, live)
    with pytest.raises(RefusedError) as raised:
        validate(building, ready)
    rows = [line for line in raised.value.log.splitlines() if "agrees with the live" in line]
    assert len(rows) == 2
    assert [line.split()[0] for line in rows if "production" in line] == ["FAILED"]


@pytest.mark.parametrize("damage", ["document", "model"])
def test_what_should_be_known_and_is_not_is_refused(
    building: Settings, ready: Workspace, store: Path, damage: str
) -> None:
    """A damaged document, and a model that the store lost, are no silent pass."""
    gone = Artefact(name="colours", version="0.9.0", digest=digest("9"))
    store_accepted(store, "production", gone)
    if damage == "document":
        (store / accepted_key("production")).write_text("{")
    with pytest.raises(RefusedError, match="agrees with the live model of production"):
        validate(building, ready)
