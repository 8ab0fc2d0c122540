"""What GitHub can refuse: one line with the fix, its exit code, and nothing half set in silence."""

from __future__ import annotations

import pytest

from infra_checkout import InfraCheckout
from unit.seatrial.infra_outputs.test_faults import COMMAND, refused

FORBIDDEN = "gh: Resource not accessible by personal access token (HTTP 403)"
RATE = "gh: API rate limit exceeded for user ID 1. (HTTP 403)"


def test_gh_is_not_signed_in(checkout: InfraCheckout) -> None:
    """Its exit code is 4."""
    checkout.change(signed_in=False)
    assert "gh is not signed in. Cure: gh auth login" in refused(checkout, 30)


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("gh: Bad credentials (HTTP 401)", "gh is not signed in"),
        (RATE, "rate limit is reached. Cure: wait until `gh api rate_limit`"),
        ("gh: Not Found (HTTP 404)", "has no such repository. Cure: sign in as an administrator"),
        (FORBIDDEN, "GitHub does not allow it"),
        ("error connecting to api.github.com", "GitHub cannot be reached. Cure: check the network"),
        ("unknown flag: --json", "gh is too old. Cure: update gh to 2.45"),
        ("gh: Server Error (HTTP 502)", "GitHub: Server Error (HTTP 502)"),
    ],
)
def test_what_github_answers_first_has_its_fix(checkout: InfraCheckout, stderr: str, reason: str) -> None:
    """Nothing was set."""
    checkout.change(faults=[{"match": "^api repos/{owner}/{repo}$", "stderr": stderr}])
    assert reason in refused(checkout, 30)


def test_no_administrator_of_the_repository(checkout: InfraCheckout) -> None:
    """Before anything is tried."""
    repository = checkout.github.values["repository"]
    checkout.change(repository={**repository, "permissions": {"admin": False, "push": True}})
    assert "no administrator of Acme/Seatrial. Cure: gh auth login" in refused(checkout, 10)


@pytest.mark.parametrize(
    "config",
    [
        "",
        '[remote "origin"]\n\turl = https://dev.azure.com/acme/project/_git/seatrial\n',
        '[remote "origin"]\n\turl = git@ssh.dev.azure.com:v3/acme/project/seatrial\n',
        '[remote "origin"]\n\turl = https://gitlab.com/acme/seatrial.git\n',
        '[remote "origin"]\n\turl = /srv/git/seatrial.git\n',
    ],
)
def test_a_remote_that_is_not_at_github(checkout: InfraCheckout, config: str) -> None:
    """The line has the command that adds one; GH_REPO replaces the remote."""
    (checkout.root / ".git" / "config").write_text(config)
    line = refused(checkout, 2)
    assert "git remote add origin https://github.com/OWNER/NAME, or set GH_REPO=OWNER/NAME" in line
    assert checkout.seatrial(COMMAND, "--dry-run", GH_REPO="acme/seatrial").returncode == 0


@pytest.mark.parametrize(("name", "count"), [("REGISTRY", "21"), ("AZURE_CLIENT_ID", "5")])
def test_a_fault_half_way_names_what_was_set_and_a_second_run_sets_the_rest(
    checkout: InfraCheckout, name: str, count: str
) -> None:
    """The line has the number, the last that was set and the first that was not."""
    checkout.change(faults=[{"match": f"^variable set {name}", "stderr": f"failed to set variable: {RATE}"}])
    text = checkout.settings
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 30
    line = done.stderr.splitlines()[-1]
    assert f"{name} (" in line
    assert f"; {count} of 23 were set, the last " in line
    assert "then make infra-outputs again, which sets the rest" in line
    assert done.stderr.count("  set: ") == int(count)
    assert checkout.settings == text
    checkout.change(faults=[])
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0
    assert f"has all 23, {23 - int(count)} were set" in done.stderr


def test_the_first_change_fails(checkout: InfraCheckout) -> None:
    """A personal token without the right to administer."""
    checkout.change(faults=[{"match": "--method PUT", "stderr": FORBIDDEN}])
    line = refused(checkout, 30)
    assert "nothing was set" in line
