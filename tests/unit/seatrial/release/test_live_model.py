"""The live model: from the records of all environments, or from the results of this checkout."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from memory_environments import MODEL, Environments, digest
from seatrial.model.live import LiveModel
from seatrial.release.live_model import live_model
from seatrial.results import AcceptResult, Artefact, PushResult
from seatrial.workspace import Workspace

NEWER = Artefact(name="colours", version="2.0.0", digest=digest("1"))
REFERENCE = f"registry.test/classifier@{digest('a')}"
COMMON = {
    "working_state": "tree",
    "revision": "c0ffee",
    "lock_digest": digest("f"),
    "started": datetime(2026, 1, 1, tzinfo=UTC),
    "seconds": 0,
}


def accept_here(workspace: Workspace, pushed: str, accepted: str) -> None:
    """Write the results of push and accept, each with its reference."""
    push = {"image_id": digest("9"), "reference": pushed, "model": NEWER, "golden": NEWER, "bytes_pushed": 1}
    accept = {
        "environment": "local",
        "release": "local-1",
        "reference": accepted,
        "url": "http://127.0.0.1",
        "verdicts": (),
    }
    workspace.write_result(PushResult.model_validate({**COMMON, **push}))
    workspace.write_result(AcceptResult.model_validate({**COMMON, **accept}))


def test_it_is_that_of_the_last_accepted_release(environments: Environments, workspace: Workspace) -> None:
    """Of all environments, the release that became stable last counts; pending ones do not."""
    environments.release("production", 1, "a", "pending", "stable")
    environments.release("staging", 1, "b", "pending", "stable", model=NEWER)
    environments.release("staging", 2, "c", "pending")
    assert live_model(environments.settings, workspace, environments.services).model == NEWER


def test_an_unreachable_cluster_is_skipped(environments: Environments, workspace: Workspace) -> None:
    """The model of a reachable environment is returned, with the name of the other."""
    environments.release("production", 1, "a", "pending", "stable")
    environments.release("staging", 1, "b", "pending", "stable", model=NEWER)
    environments.unreachable.add("staging")
    assert live_model(environments.settings, workspace, environments.services) == LiveModel(
        MODEL, ("staging",)
    )


def test_without_a_record_it_is_the_accepted_image_of_this_checkout(
    environments: Environments, workspace: Workspace
) -> None:
    """The results of push and accept must have the same reference; else there is no live model."""
    assert live_model(environments.settings, workspace, environments.services).model is None
    accept_here(workspace, REFERENCE, REFERENCE)
    assert live_model(environments.settings, workspace, environments.services).model == NEWER
    accept_here(workspace, REFERENCE, f"registry.test/classifier@{digest('b')}")
    assert live_model(environments.settings, workspace, environments.services).model is None


def test_the_push_result_of_an_older_version_is_read(
    environments: Environments, workspace: Workspace
) -> None:
    """It has the image id in the field `image`."""
    accept_here(workspace, REFERENCE, REFERENCE)
    path = workspace.directory / "run" / "push.json"
    found = json.loads(path.read_text())
    path.write_text(json.dumps({"image": found.pop("image_id"), **found}))
    assert live_model(environments.settings, workspace, environments.services).model == NEWER


def test_an_environment_without_a_context_is_not_read(
    environments: Environments, workspace: Workspace
) -> None:
    """A checkout without a cluster sends no request."""
    for name, environment in environments.settings.environments.items():
        environments.settings.environments[name] = environment.model_copy(update={"context": ""})
    environments.clusters.clear()
    assert live_model(environments.settings, workspace, environments.services).model is None
