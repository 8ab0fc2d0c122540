"""The rules that GitHub's environments must have, and the changes that lead to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from seatrial.github_command import GitHubCommand, GitHubError
from seatrial.infra_outputs.changes import Change
from seatrial.infra_outputs.environments import ANY, Reviewer, Rules, read_environment

MAIN: Final = "main"
RECOVERY: Final = "-recovery"
UNPROCESSABLE: Final = 422
RULES: Final = "rules of the environment"


@dataclass(frozen=True)
class Wanted:
    """The names of the environments, those that need an approval, and who may give it."""

    environments: tuple[str, ...]
    approved: frozenset[str]
    reviewers: tuple[Reviewer, ...] = ()

    def rules(self, name: str, present: Rules | None) -> Rules:
        """Return the rules that an environment is to have.

        Only `main` deploys to it. Where an approval is needed, nobody reviews a release of their own, and
        administrators do not bypass the rules. Reviewers and a wait that somebody has set stay.
        """
        found = replace(present or Rules(), branches=(MAIN,))
        if name not in self.approved:
            return found
        reviewers = self.reviewers or found.reviewers
        # GitHub refuses to prevent a review of one's own where nobody reviews.
        return replace(found, reviewers=reviewers, prevent_self_review=bool(reviewers), admins_bypass=False)


def rule_changes(github: GitHubCommand, present: Mapping[str, Rules], wanted: Wanted) -> Iterator[Change]:
    """Yield a change for each environment whose rules differ, or that does not exist."""
    for name in wanted.environments:
        before = present.get(name)
        after = wanted.rules(name, before)
        shown = describe(before) if before else ""
        yield Change(RULES, name, shown, describe(after), partial(_apply, github, name, before, after))


def describe(rules: Rules) -> str:
    """Return the rules of an environment in one line."""
    parts = [f"branches: {', '.join(rules.branches) or ANY}"]
    if rules.reviewers:
        parts.append(f"reviewers: {', '.join(each.name for each in rules.reviewers)}")
        parts.append("no review of one's own" if rules.prevent_self_review else "own releases too")
    if not rules.admins_bypass:
        parts.append("administrators do not bypass")
    return "; ".join(parts)


def left_to_do(present: Mapping[str, Rules], wanted: Wanted) -> Iterator[str]:
    """Yield a line for what a person has to decide: who reviews, and reviewers where nobody may wait."""
    for name in wanted.environments:
        rules = wanted.rules(name, present.get(name))
        if name in wanted.approved and not rules.reviewers:
            yield (
                f"left to do: {name} has no reviewers, so nothing is released to it: "
                "make infra-outputs REVIEWERS=login[,login]"
            )
        if name.endswith(RECOVERY) and rules.reviewers:
            yield (
                f"warning: {name} has reviewers, for whom a rollback waits; remove them in the "
                "repository's Settings, Environments"
            )


def _apply(github: GitHubCommand, name: str, before: Rules | None, after: Rules) -> str:
    """Set the rules, and read them back; return which of them GitHub did not take."""
    path = f"/environments/{name}"
    refusal = _put(github, path, after)
    has = [] if before is None else [each for each in before.policies if each[1] == MAIN]
    if not has:
        github.send(
            "POST", f"{path}/deployment-branch-policies", json.dumps({"name": MAIN, "type": "branch"})
        )
    for number, branch in before.policies if before else ():
        if branch != MAIN:
            github.send("DELETE", f"{path}/deployment-branch-policies/{number}")
    found = read_environment(github, name)
    if describe(found) == describe(after):
        return ""
    return f"{name}: GitHub has `{describe(found)}` instead of `{describe(after)}`{refusal}"


def _put(github: GitHubCommand, path: str, rules: Rules) -> str:
    """Set an environment's rules, or its branches alone if GitHub refuses the others; return the refusal."""
    try:
        github.send("PUT", path, json.dumps(_body(rules)))
    except GitHubError as error:
        if error.status != UNPROCESSABLE:
            raise
        branches = {"deployment_branch_policy": _body(rules)["deployment_branch_policy"]}
        github.send("PUT", path, json.dumps(branches))
        return f" ({error.message.removeprefix('GitHub: ')})"
    return ""


def _body(rules: Rules) -> dict[str, object]:
    return {
        "wait_timer": rules.wait_minutes,
        "prevent_self_review": rules.prevent_self_review,
        "can_admins_bypass": rules.admins_bypass,
        "reviewers": [{"type": each.kind, "id": each.id} for each in rules.reviewers] or None,
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }
