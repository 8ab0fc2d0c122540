"""The containers of the tests of a built image, which a killed test run leaves behind."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from seatrial.image.owned_containers import owned_containers
from seatrial.workspace import Workspace

# With the session as its value; tests/app_container.py sets it.
LABEL = "seatrial.tests"
VARIABLE = "SEATRIAL_TEST_SESSION"


def image_test_session(client: Any, workspace: Workspace) -> AbstractContextManager[str]:
    """Yield the session of the tests of an instance; however the block ends, it has no containers then.

    Those that a killed session left are removed first. Raises UsageError if another command runs the tests
    of the instance, OutsideError if the engine fails before the block.
    """
    return owned_containers(client, workspace, "check", LABEL)
