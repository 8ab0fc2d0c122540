"""promote, as far as it goes without a cluster: what it refuses, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memory_environments import Environments, digest
from seatrial.errors import RefusedError, UsageError
from seatrial.release.approval import Approval
from seatrial.results import PromoteResult
from seatrial.stages.promote import promote
from seatrial.workspace import Workspace

Promote = Callable[..., PromoteResult]


@pytest.fixture
def to_production(environments: Environments, workspace: Workspace) -> Promote:
    """Promote from staging to production, approved unless told otherwise."""

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


def test_what_nobody_accepted_is_refused(environments: Environments, to_production: Promote) -> None:
    """A release that is only pending in staging never reaches production."""
    pending = environments.release("staging", 1, "a", "previewed", "pending")
    environments.serve(pending)
    with pytest.raises(RefusedError, match="nothing is accepted in staging"):
        to_production()


def test_while_users_try_another_release_it_is_refused(
    environments: Environments, to_production: Promote
) -> None:
    """Staging has accepted one release and runs another: neither is promoted."""
    environments.release("staging", 1, "a", "pending", "stable")
    environments.serve(environments.release("staging", 2, "b", "previewed", "pending"))
    with pytest.raises(RefusedError, match=r"reach staging-2, but staging-1 is the accepted"):
        to_production()


def test_another_image_than_staging_runs_is_refused(
    environments: Environments, to_production: Promote
) -> None:
    """Who names an image that staging refused is told what it is there."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    environments.release("staging", 2, "b", "refused")
    with pytest.raises(RefusedError, match=r"is staging-2 there, refused; staging runs staging-1"):
        to_production(f"registry.test:5000/classifier@{digest('b')}")
    with pytest.raises(RefusedError, match="is no release there"):
        to_production(digest("c"))


def test_a_hand_edit_in_staging_is_refused(environments: Environments, to_production: Promote) -> None:
    """What the pods run counts, not what the record says."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"), image="nginx:latest")
    with pytest.raises(RefusedError, match="runs nginx:latest, not the image of staging-1"):
        to_production()


def test_without_the_approval_it_is_refused(environments: Environments, to_production: Promote) -> None:
    """Production asks for a person's name, and spaces are none."""
    environments.serve(environments.release("staging", 1, "a", "pending", "stable"))
    with pytest.raises(RefusedError, match="production asks for an approval"):
        to_production(approved_by="  ")


def test_a_name_that_is_none_is_refused(environments: Environments, to_production: Promote) -> None:
    """What is recorded as a name can be read by a person."""
    for name in ("x" * 101, "a\x1b[31mb"):
        with pytest.raises(UsageError, match="no name"):
            to_production(approved_by=name)


def test_what_production_runs_already_is_left_alone(
    environments: Environments, to_production: Promote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same digest twice is one release."""
    monkeypatch.setattr("seatrial.release.target.Target.url", lambda _: "http://127.0.0.1")
    environments.serve(environments.release("staging", 3, "a", "pending", "stable"))
    environments.serve(environments.release("production", 1, "a", "pending", "stable", approved_by="Her"))
    found = to_production()
    assert (found.changed, found.release, found.approved_by) == (False, "production-1", "Her")


def test_an_environment_is_not_promoted_to_itself(environments: Environments, workspace: Workspace) -> None:
    """From and to must differ."""
    with pytest.raises(UsageError, match="itself"):
        promote(environments.settings, workspace, "staging", "staging", services=environments.services)


def test_an_image_of_an_unknown_registry_is_told(environments: Environments, to_production: Promote) -> None:
    """Where an image came from is never guessed."""
    found = environments.release(
        "staging", 1, "a", "pending", "stable", reference=f"old.test/c@{digest('a')}"
    )
    environments.serve(found)
    with pytest.raises(UsageError, match=r"of another registry than registry.test:5000"):
        to_production()
