"""Rollback of a pending release, and manual changes of the live objects."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.fault_injection import stable_edited, stable_paused
from e2e.release.images import ImageFactory
from e2e.release.live_objects import differences
from e2e.release.local_containers import kubectl
from e2e.user_load import UserLoad
from seatrial.release.record import Record
from seatrial.wait import until

ADDRESS_SECONDS = 20


def test_rollback_undoes_a_pending_release(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory
) -> None:
    """Rollback undoes a pending release whose checks all passed."""
    before = environment.stable()
    code, output = environment.deploy(images.working("unwanted"))
    assert code == 0, output
    code, output = environment.run("rollback")
    assert code == 0, output
    assert (environment.last().state, environment.stable().release) == ("switched-back", before.release)
    assert environment.pods() == {before.release: environment.target.environment.replicas}


def test_rollback_stops_an_accept_that_bakes(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """The running accept switches back and ends with 20; rollback ends with 0 and holds the image."""
    before, image = environment.stable(), images.working("stopped")
    code, output = environment.deploy(image)
    assert code == 0, output
    with user_load:
        accept = environment.start("accept")
        until("accept holds the Lease", lambda: environment.holds_lease(accept) or None, 30, every=0.05)
        code, output = environment.run("rollback", "--why", "wrong labels")
        stopped, _ = accept.communicate(timeout=60)
    assert code == 0, output
    assert accept.returncode == 20, stopped
    assert "wrong labels" in stopped
    assert (environment.stable().release, environment.last().state) == (before.release, "switched-back")
    assert (user_load.failed(), user_load.wrong()) == ([], [])
    code, output = environment.deploy(image)
    assert code == 10
    assert "wrong labels" in output


@pytest.mark.faults
def test_rollback_reverts_manual_changes_of_the_live_service(
    environment: ReleaseEnvironment,
    first: Record,
    images: ImageFactory,
    live_responses: Callable[[], list[object]],
) -> None:
    """After a rollback a Service whose selector was changed manually selects the stable release again."""
    responses = live_responses()
    code, output = environment.deploy(images.working("service-edited"))
    assert code == 0, output
    patch = '{"spec": {"selector": {"changed": "manually"}, "type": "NodePort"}}'
    namespace = environment.target.environment.namespace
    kubectl(environment, "patch", "service", "classifier", "-n", namespace, "-p", patch)
    code, output = environment.run("rollback")
    assert code == 0, output
    assert differences(environment) == []
    # The nodes forward the port of a Service that has become a load balancer again a moment later.
    until("responses on the live address", lambda: _responses(live_responses), ADDRESS_SECONDS)
    assert live_responses() == responses


def _responses(live_responses: Callable[[], list[object]]) -> list[object] | None:
    with suppress(requests.ConnectionError):
        return live_responses()
    return None


@pytest.mark.faults
def test_a_release_replaces_a_stable_release_that_was_changed_manually(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """If the stable release was edited and paused manually, the next release matches its manifests."""
    with stable_edited(environment), stable_paused(environment), user_load:
        code, output = environment.release(images.working("after-edits"))
    assert code == 0, output
    assert differences(environment) == []
    assert environment.pods() == {environment.stable().release: environment.target.environment.replicas}
    assert (user_load.failed(), user_load.wrong()) == ([], [])
