"""trace leads to the evaluation set that a model was judged on."""

from __future__ import annotations

from pathlib import Path

import pytest

from memory_environments import Environments
from samples import lock_to
from seatrial.console import plain_text
from seatrial.model.locks.lock import read_lock
from seatrial.provenance.tree import as_tree
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stages.trace import trace
from seatrial.workspace import Workspace


@pytest.fixture
def judged(settings: Settings, published: Workspace, evaluation: Path) -> Workspace:
    """The workspace, with an evaluation set in its lock."""
    lock = read_lock(published.lock)
    lock_to(
        published, lock.model, lock.golden, publish(settings, published, evaluation=evaluation).evaluation
    )
    return published


def serve(environments: Environments, workspace: Workspace, **changes: object) -> None:
    """Let staging serve the locked model, or another one."""
    lock = read_lock(workspace.lock)
    fields = {"model": lock.model, "golden_digest": lock.golden.digest, "revision": workspace.commit}
    environments.serve(environments.release("staging", 1, "a", "pending", "stable", **{**fields, **changes}))


def test_trace_has_the_evaluation_set_and_its_publisher(
    environments: Environments, judged: Workspace
) -> None:
    """The set is that of the lock which names this model, and is a line of the tree."""
    serve(environments, judged)
    found = trace(environments.settings, judged, "staging-1", environments.services)
    (provenance,) = found.chains
    assert provenance.evaluation is not None
    assert provenance.evaluation.artefact == read_lock(judged.lock).evaluation
    assert provenance.evaluation.publisher
    assert "evaluation set many-colours 1.0.0" in plain_text(as_tree(found))


def test_lock_of_another_model_names_no_evaluation_set(environments: Environments, judged: Workspace) -> None:
    """Which set another model was judged on is not known here."""
    serve(environments, judged, golden_digest="sha256:" + "0" * 64)
    (provenance,) = trace(environments.settings, judged, "staging-1", environments.services).chains
    assert provenance.evaluation is None


def test_lock_without_an_evaluation_set_has_no_line(environments: Environments, published: Workspace) -> None:
    """A model that was judged on none has none in its provenance."""
    serve(environments, published)
    found = trace(environments.settings, published, "staging-1", environments.services)
    assert "evaluation" not in plain_text(as_tree(found))
