"""The rules of GitHub's environments, with a stand-in for GitHub's CLI."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra_checkout import ROOT, InfraCheckout
from unit.repository.project import table_under

COMMAND = "infra-outputs"
PAGE = ROOT / "docs" / "reference" / "identities.md"


def environment(checkout: InfraCheckout, name: str) -> dict[str, Any]:
    """Return what GitHub has of an environment."""
    found: dict[str, Any] = checkout.github.values["environments"][name]
    return found


def reviewers(checkout: InfraCheckout, name: str) -> list[str]:
    """Return who must review a release to an environment."""
    rules = environment(checkout, name)["protection_rules"]
    named = [each["reviewer"] for rule in rules for each in rule.get("reviewers", [])]
    return [each.get("login") or each["slug"] for each in named]


def branches(checkout: InfraCheckout, name: str) -> list[tuple[str, str]]:
    """Return the policies of the branches that may deploy to an environment."""
    assert environment(checkout, name)["deployment_branch_policy"]["custom_branch_policies"]
    return [(each["type"], each["name"]) for each in checkout.github.values["policies"][name]]


def test_the_environments_are_those_of_the_page_with_its_rules(checkout: InfraCheckout) -> None:
    """Each row of identities.md: `main` alone, reviewers where it demands them."""
    assert checkout.seatrial(COMMAND, "--reviewers", "ada, grace").returncode == 0
    rows = table_under("GitHub environments", PAGE.read_text())
    named = {name: row for row in rows for name in re.findall(r"`([\w-]+)`", row[0])}
    assert set(checkout.github.values["environments"]) == set(named)
    for name, row in named.items():
        assert row[1] == "`main` only"
        assert branches(checkout, name) == [("branch", "main")]
        demanded = row[2].startswith("at least one")
        assert reviewers(checkout, name) == (["ada", "grace"] if demanded else [])
        rules = environment(checkout, name)["protection_rules"]
        own = [rule["prevent_self_review"] for rule in rules if "prevent_self_review" in rule]
        assert own == ([True] if demanded else [])
        assert environment(checkout, name)["can_admins_bypass"] is not demanded


def test_an_environment_behind_a_hundred_others_keeps_its_reviewers(checkout: InfraCheckout) -> None:
    """GitHub lists a hundred at once, such as those of previews; one that is not read would count as new."""
    others = {f"preview-{number}": {"name": f"preview-{number}"} for number in range(100)}
    assert checkout.seatrial(COMMAND, "--reviewers", "ada").returncode == 0
    checkout.change(environments={**others, **checkout.github.values["environments"]})
    assert ", 0 were set" in checkout.seatrial(COMMAND).stderr
    assert reviewers(checkout, "production") == ["ada"]


def test_without_reviewers_a_line_has_what_is_left_to_do(checkout: InfraCheckout) -> None:
    """All else is set; until then nothing is released to production, because nobody can approve it."""
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0
    assert "left to do: production has no reviewers" in done.stderr
    assert "make infra-outputs REVIEWERS=login[,login]" in done.stderr
    assert branches(checkout, "production") == [("branch", "main")]
    assert environment(checkout, "production")["can_admins_bypass"] is False


def test_what_somebody_has_set_stays(checkout: InfraCheckout) -> None:
    """Reviewers and a wait; without REVIEWERS= those that are there remain."""
    checkout.seatrial(COMMAND, "--reviewers", "ada")
    state = checkout.github
    state.values["environments"]["production"]["protection_rules"].append(
        {"type": "wait_timer", "wait_timer": 5}
    )
    state.values["environments"]["production"]["can_admins_bypass"] = True
    state.save()
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0, done.stderr
    assert reviewers(checkout, "production") == ["ada"]
    assert {"type": "wait_timer", "wait_timer": 5} in environment(checkout, "production")["protection_rules"]
    assert environment(checkout, "production")["can_admins_bypass"] is False


def test_other_branches_and_tags_lose_their_right(checkout: InfraCheckout) -> None:
    """A tag of the name `main` is not the branch."""
    checkout.seatrial(COMMAND)
    state = checkout.github
    state.values["policies"]["staging"] = [
        {"id": 1, "name": "main", "type": "tag"},
        {"id": 2, "name": "release/*", "type": "branch"},
    ]
    state.save()
    done = checkout.seatrial(COMMAND)
    assert "branches: release/*, tag main" in done.stdout
    assert branches(checkout, "staging") == [("branch", "main")]


def test_protected_branches_are_not_main_alone(checkout: InfraCheckout) -> None:
    """Anyone who may protect a branch could deploy from it."""
    checkout.seatrial(COMMAND)
    state = checkout.github
    policy = {"protected_branches": True, "custom_branch_policies": False}
    state.values["environments"]["model"]["deployment_branch_policy"] = policy
    state.values["policies"]["model"] = []
    state.save()
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0
    assert "branches: protected branches" in done.stdout
    assert branches(checkout, "model") == [("branch", "main")]


def test_a_team_reviews(checkout: InfraCheckout) -> None:
    """OWNER/TEAM is a team; a second run sets nothing."""
    assert checkout.seatrial(COMMAND, "--reviewers", "Acme/release").returncode == 0
    assert reviewers(checkout, "production") == ["release"]
    assert ", 0 were set" in checkout.seatrial(COMMAND, "--reviewers", "Acme/release").stderr


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("nobody", "GitHub has no reviewer nobody"),
        ("Acme/none", "GitHub has no reviewer Acme/none"),
        ("a,b,c,d,e,f,g", "7 reviewers are more than GitHub's 6"),
    ],
)
def test_reviewers_that_github_does_not_accept_are_refused_first(
    checkout: InfraCheckout, given: str, reason: str
) -> None:
    """Nothing was set."""
    done = checkout.seatrial(COMMAND, "--reviewers", given)
    assert done.returncode == 2
    assert reason in done.stderr.splitlines()[-1]
    assert checkout.github.values["variables"] == {}


def test_reviewers_of_a_recovery_are_a_warning(checkout: InfraCheckout) -> None:
    """A rollback would wait for them; they are not removed."""
    checkout.seatrial(COMMAND)
    state = checkout.github
    rule = {
        "type": "required_reviewers",
        "reviewers": [{"type": "User", "reviewer": {"id": 11, "login": "ada"}}],
    }
    state.values["environments"]["production-recovery"]["protection_rules"].append(rule)
    state.save()
    done = checkout.seatrial(COMMAND)
    assert "warning: production-recovery has reviewers, for whom a rollback waits" in done.stderr


def test_a_plan_without_reviewers_sets_all_else_and_ends_red(checkout: InfraCheckout) -> None:
    """On a private repository of GitHub Free or Team the rule is refused (422): 30, with GitHub's reason."""
    checkout.change(plan_has_reviewers=False)
    done = checkout.seatrial(COMMAND, "--reviewers", "ada")
    assert done.returncode == 30
    last = done.stderr.splitlines()[-1]
    assert "all else is set; production: GitHub has" in last
    assert "billing plan supports the required reviewers" in last
    assert branches(checkout, "production") == [("branch", "main")]
    assert "REGISTRY" in checkout.github.values["variables"]["repository"]
    assert 'context = "aks-seatrial"' in checkout.settings


def test_a_rule_that_github_ignores_is_noticed(checkout: InfraCheckout) -> None:
    """The rules are read back after they were set."""
    checkout.change(ignores_bypass=True)
    done = checkout.seatrial(COMMAND, "--reviewers", "ada")
    assert done.returncode == 30
    assert (
        "instead of `branches: main; reviewers: ada; no review of one's own; administrators do not bypass`"
        in (done.stderr.splitlines()[-1])
    )
