"""The stage promote up to the copy of the image: what it refuses, and what it does not repeat."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memory_environments import Environments, digest
from seatrial.errors import RefusedError, UsageError
from seatrial.release.accepted import require_not_taken_back
from seatrial.release.approval import Approval
from seatrial.release.records import Records
from seatrial.release.target import Target
from seatrial.results import PromoteResult
from seatrial.stages.promote import promote
from seatrial.workspace import Workspace

Promote = Callable[..., PromoteResult]


@pytest.fixture
def to_production(environments: Environments, workspace: Workspace) -> Promote:
    """Promote from staging to production, by default with an approval."""

    def run(image: str = "", approved_by: str = "A Person") -> PromoteResult:
        return promote(
            environments.settings,
            workspace,
            "production",
            "staging",
            image,
            Approval(approved_by),
            services=environments.services,
        )

    return run


def test_a_pending_release_is_not_promoted(environments: Environments, to_production: Promote) -> None:
    """A release that staging has not accepted is refused."""
    pending = environments.release("staging", 1, "a", "previewed", "pending")
    environments.serve(pending)
    with pytest.raises(RefusedError, match="staging has no accepted release"):
        to_production()


def test_while_another_release_is_live_none_is_promoted(
    environments: Environments, to_production: Promote
) -> None:
    """If staging has accepted one release and sends users to another, neither is promoted."""
    environments.release("staging", 1, "a", "pending", "stable")
    environments.serve(environments.release("staging", 2, "b", "previewed", "pending"))
    with pytest.raises(RefusedError, match=r"are sent to staging-2, but staging-1 is the accepted release"):
        to_production()


def test_another_image_than_the_running_one_is_refused(
    environments: Environments, to_production: Promote
) -> None:
    """The error names the release of the expected image and its state, if staging has its record."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    environments.release("staging", 2, "b", "refused")
    with pytest.raises(RefusedError, match=r"is staging-2, refused; staging runs staging-1"):
        to_production(f"registry.test:5000/classifier@{digest('b')}")
    for image in (digest("c"), "registry.test:5000/classifier:latest", "latest"):
        with pytest.raises(RefusedError, match="is not a release of staging; staging runs staging-1"):
            to_production(image)


def test_a_manual_change_of_the_pods_is_refused(environments: Environments, to_production: Promote) -> None:
    """The image of the pods is compared, not only the record."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"), image="nginx:latest")
    with pytest.raises(RefusedError, match="runs nginx:latest instead of the image of staging-1"):
        to_production()


def test_a_release_without_an_available_replica_is_refused(
    environments: Environments, to_production: Promote
) -> None:
    """A release that does not run in staging is not promoted."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    environments.clusters["staging"].objects[("Deployment", "classifier-blue")]["status"] = {}
    with pytest.raises(RefusedError, match="staging-1 has no available replica in staging"):
        to_production()


def test_a_missing_approval_is_refused(environments: Environments, to_production: Promote) -> None:
    """Production requires the name of a person; white space is not a name."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    with pytest.raises(RefusedError, match="production requires an approval"):
        to_production(approved_by="  ")


@pytest.mark.parametrize("name", ["x" * 101, "a\x1b[31mb"])
def test_an_invalid_name_is_wrong_usage(
    environments: Environments, to_production: Promote, name: str
) -> None:
    """A name that is too long or not printable is not recorded."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    with pytest.raises(UsageError, match="is not a valid name"):
        to_production(approved_by=name)


def test_a_release_that_production_runs_already_is_not_repeated(
    environments: Environments, to_production: Promote
) -> None:
    """If production has accepted and runs the digest, nothing changes; the approval is the recorded one."""
    environments.serve(environments.release("staging", 3, "a", "pending", "stable"))
    environments.serve(environments.release("production", 1, "a", "pending", "stable", approved_by="Her"))
    environments.clusters["production"].calls.clear()
    found = to_production()
    assert (found.changed, found.release, found.approved_by) == (False, "production-1", "Her")
    assert (found.source_release, found.url) == ("staging-3", "http://127.0.0.1")
    assert not environments.clusters["production"].calls


def test_an_environment_is_not_promoted_to_itself(environments: Environments, workspace: Workspace) -> None:
    """Source and target must differ."""
    with pytest.raises(UsageError, match="staging cannot be promoted to itself"):
        promote(environments.settings, workspace, "staging", "staging", services=environments.services)


def test_an_image_of_another_registry_is_wrong_usage(
    environments: Environments, to_production: Promote
) -> None:
    """The image is copied only from the configured registry; the error names both."""
    found = environments.release(
        "staging", 1, "a", "pending", "stable", reference=f"old.test/c@{digest('a')}"
    )
    environments.serve(found)
    with pytest.raises(
        UsageError, match=r"runs old.test/c@.* but its configured registry is registry.test:5000"
    ):
        to_production()


@pytest.mark.parametrize("interrupted", [False, True])
def test_what_the_source_takes_back_is_not_promoted(
    environments: Environments, to_production: Promote, interrupted: bool
) -> None:
    """A rollback of the source has begun: its release is on hold, or another one is returning."""
    environments.release("staging", 1, "a", "pending", "stable", "superseded")
    second = environments.release("staging", 2, "b", "pending", "stable", previous="staging-1")
    environments.serve(second)
    records = Records(environments.clusters["staging"], "staging", "oncall@host/9")
    if interrupted:
        records.move(records.all()[0], "returning", "from staging-2")
    else:
        records.put_hold(second, "wrong labels")
    with pytest.raises(RefusedError, match="staging takes staging-2 back"):
        to_production()


def test_a_release_that_a_later_one_replaced_may_go_on(
    environments: Environments, workspace: Workspace
) -> None:
    """Pushes to the source during a promotion do not end it; only a rollback does."""
    environments.release("staging", 1, "a", "pending", "stable", "superseded")
    target = Target(environments.settings, workspace, "staging", environments.services)
    require_not_taken_back(target, "staging-1")
    with pytest.raises(RefusedError, match="staging-7 of staging is no longer recorded"):
        require_not_taken_back(target, "staging-7")
