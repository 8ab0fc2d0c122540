"""A successful release and a rollback under user load."""

from __future__ import annotations

from collections.abc import Callable

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.images import ImageFactory
from e2e.user_load import UserLoad
from seatrial.release.record import Record


def test_users_see_no_failure_during_a_release(
    environment: ReleaseEnvironment, first: Record, images: ImageFactory, user_load: UserLoad
) -> None:
    """Users get no failed and no wrong response while a release replaces another."""
    image, before = images.working("second"), environment.stable()
    with user_load:
        code, output = environment.release(image)
    assert code == 0, output
    stable = environment.stable()
    assert (str(stable.reference), stable.previous) == (image, before.release)
    assert user_load.failed() == []
    assert user_load.wrong() == []
    assert user_load.releases() == [before.release, stable.release]
    assert {request.connection for request in user_load.requests} == {"kept", "new"}
    assert _compared(stable) == {"latency compared with stable", "probabilities compared with stable"}


def test_users_see_no_failure_during_a_rollback(
    environment: ReleaseEnvironment,
    first: Record,
    images: ImageFactory,
    user_load: UserLoad,
    live_responses: Callable[[], list[object]],
) -> None:
    """A rollback restores the responses and pods of the previous stable release without a failed request."""
    before, responses = environment.stable(), live_responses()
    code, output = environment.release(images.working("third"))
    assert code == 0, output
    replaced = environment.stable()
    with user_load:
        code, output = environment.run("rollback")
    assert code == 0, output
    assert environment.stable().release == before.release
    assert environment.pods() == {before.release: environment.target.environment.replicas}
    assert live_responses() == responses
    assert user_load.failed() == []
    assert user_load.wrong() == []
    assert user_load.releases() == [replaced.release, before.release]
    assert environment.last().state == "rolled-back"


def _compared(record: Record) -> set[str]:
    """Return the names of the baseline checks that had enough responses to compare."""
    found = [check for check in record.verdicts if "compared with stable" in check.name]
    return {check.name for check in found if check.judged}
