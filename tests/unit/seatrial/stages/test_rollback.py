"""Back by hand, on clusters in memory."""

from __future__ import annotations

import json

import pytest

from memory_environments import Environments
from seatrial.errors import RefusedError
from seatrial.stages.rollback import rollback
from seatrial.workspace import Workspace


def test_a_first_release_that_is_undone_leaves_nothing_that_serves(
    environments: Environments, workspace: Workspace
) -> None:
    """It is done, and said so: there was nothing to return to, and nobody is sent anywhere."""
    pending = environments.release("staging", 1, "a", "previewed", "pending")
    environments.serve(pending)
    result = rollback(environments.settings, workspace, "staging", services=environments.services)
    record = environments.clusters["staging"].objects[("ConfigMap", "release-1")]["data"]["record.json"]
    assert json.loads(record)["history"][-1]["state"] == "switched-back"
    assert (result.release, result.replaced, result.reference) == ("", "staging-1", "")
    page = workspace.root / "reports" / workspace.instance / "staging-1" / "report.html"
    assert "Rolled back by hand" in page.read_text()


def test_nothing_to_undo_and_nothing_to_return_to_is_refused(
    environments: Environments, workspace: Workspace
) -> None:
    """An environment that was never released to has no release to return to."""
    with pytest.raises(RefusedError, match="no stable release to return to"):
        rollback(environments.settings, workspace, "staging", services=environments.services)
