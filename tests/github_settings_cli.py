"""A stand-in for the GitHub CLI `gh`, which needs GitHub: the settings of one repository in a JSON file.

Run as a program it does one command as gh 2 does it, with its output, exit codes and refusals. It has
environments with rules, branch policies, variables, users. `faults` are commands that fail, each with
what gh prints then.
"""

from __future__ import annotations

import copy
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

NOT_SIGNED_IN = "To get started with GitHub CLI, please run:  gh auth login"
NO_REVIEWERS = (
    "gh: Failed to create the environment protection rule. Please ensure the billing plan supports the "
    "required reviewers protection rule. (HTTP 422)"
)
SELF_REVIEW = (
    "gh: Failed to create or update the environment protection rule. Required reviewers must have at least "
    "one reviewer to set prevent_self_review. (HTTP 422)"
)
NEW: dict[str, Any] = {
    "signed_in": True,
    "repository": {
        "id": 456,
        "full_name": "Acme/Seatrial",
        "owner": {"id": 123, "login": "Acme", "type": "Organization"},
        "private": False,
        "permissions": {"admin": True, "push": True},
    },
    "form": {"use_default": True, "use_immutable_subject": False, "sub_claim_prefix": "repo:Acme/Seatrial"},
    "users": {"ada": 11, "grace": 12},
    "teams": {"Acme/release": 13},
    "environments": {},
    "policies": {},
    "variables": {},
    "plan_has_reviewers": True,
    "ignores_bypass": False,
    "faults": [],
    "calls": [],
}


class GhError(Exception):
    """What gh prints on stderr; its exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


class GitHubSettings:
    """The settings of a repository, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values: dict[str, Any] = json.loads(path.read_text()) if path.exists() else copy.deepcopy(NEW)

    def save(self) -> None:
        """Write the file."""
        self._path.write_text(json.dumps(self.values, indent=1))

    def do(self, words: list[str], stdin: str, repository: str) -> str:
        """Do a command for a repository (GH_REPO) and return what it prints. Raises GhError as gh fails."""
        self.values["calls"].append([*words, repository])
        if words[:2] == ["auth", "login"]:
            self.values["signed_in"] = True
            return ""
        if not self.values["signed_in"]:
            raise GhError(NOT_SIGNED_IN, 4)
        for fault in self.values["faults"]:
            if re.search(fault["match"], " ".join(words)):
                raise GhError(fault["stderr"])
        return {"api": self._api, "variable": self._variable}[words[0]](words[1:], stdin)

    def _variable(self, words: list[str], stdin: str) -> str:
        where = words[words.index("--env") + 1] if "--env" in words else "repository"
        if where != "repository" and where not in self.values["environments"]:
            raise GhError("failed to get variables: HTTP 404: Not Found")
        found = self.values["variables"].setdefault(where, {})
        if words[0] == "list":
            return json.dumps([{"name": name, "value": value} for name, value in found.items()])
        # gh reads the value from stdin, without the line end, if there is no --body.
        found[words[1]] = words[words.index("--body") + 1] if "--body" in words else stdin.rstrip("\r\n")
        return ""

    def _api(self, words: list[str], stdin: str) -> str:
        method = words[words.index("--method") + 1] if "--method" in words else "GET"
        (path,) = [word for word in words if re.match(r"(?:repos|users|orgs)/", word)]
        rest, _, query = path.removeprefix("repos/{owner}/{repo}").partition("?")
        if rest == "/environments" and method == "GET":
            page = int(dict(each.split("=") for each in query.split("&")).get("page", 1))
            listed = list(self.values["environments"].values())
            return json.dumps({"environments": listed[100 * (page - 1) : 100 * page]})
        answer = (
            self._people(path) if rest == path else self._repository(method, rest, json.loads(stdin or "{}"))
        )
        return "" if "--silent" in words else json.dumps(answer)

    def _people(self, path: str) -> Any:
        kind, _, name = path.partition("/")
        known = self.values["users" if kind == "users" else "teams"]
        if name.replace("/teams/", "/") not in known:
            raise GhError("gh: Not Found (HTTP 404)")
        return {"id": known[name.replace("/teams/", "/")], **({"login": name} if kind == "users" else {})}

    def _repository(self, method: str, path: str, body: dict[str, Any]) -> Any:
        if method != "GET" and not self.values["repository"]["permissions"]["admin"]:
            raise GhError("gh: Must have admin rights to Repository. (HTTP 403)")
        if not path:
            return self.values["repository"]
        if path == "/actions/oidc/customization/sub":
            return self.values["form"]
        parts = path.split("/")[2:]
        if len(parts) > 1:
            return self._policies(method, parts, body)
        if method == "PUT":
            self._put(parts[0], body)
        return self.values["environments"][parts[0]]

    def _put(self, name: str, body: dict[str, Any]) -> None:
        reviewers = body.get("reviewers") or []
        if reviewers and not self.values["plan_has_reviewers"]:
            raise GhError(NO_REVIEWERS)
        if body.get("prevent_self_review") and not reviewers:
            raise GhError(SELF_REVIEW)
        rules: list[dict[str, Any]] = [{"id": 1, "type": "branch_policy"}]
        if reviewers:
            named = [{"type": each["type"], "reviewer": self._reviewer(each)} for each in reviewers]
            own = bool(body.get("prevent_self_review"))
            rules.append({"type": "required_reviewers", "prevent_self_review": own, "reviewers": named})
        if body.get("wait_timer"):
            rules.append({"type": "wait_timer", "wait_timer": body["wait_timer"]})
        self.values["environments"][name] = {
            "name": name,
            "can_admins_bypass": self.values["ignores_bypass"] or body.get("can_admins_bypass", True),
            "protection_rules": rules,
            "deployment_branch_policy": body["deployment_branch_policy"],
        }

    def _reviewer(self, given: dict[str, Any]) -> dict[str, Any]:
        known = {number: name for kind in ("users", "teams") for name, number in self.values[kind].items()}
        name = known[given["id"]]
        if given["type"] == "User":
            return {"id": given["id"], "login": name}
        owner, _, slug = name.partition("/")
        return {"id": given["id"], "slug": slug, "html_url": f"https://github.com/orgs/{owner}/teams/{slug}"}

    def _policies(self, method: str, parts: list[str], body: dict[str, Any]) -> Any:
        found = self.values["policies"].setdefault(parts[0], [])
        if method == "POST":
            found.append({"id": 100 + len(self.values["calls"]), **body})
        if method == "DELETE":
            found[:] = [each for each in found if str(each["id"]) != parts[2]]
        return {"branch_policies": found}


def write_program(folder: Path) -> Path:
    """Write the program `gh` into a directory, for PATH; return the file with its state."""
    program = folder / "gh"
    state = folder / "gh.json"
    program.write_text(
        f'#!/bin/sh\nGITHUB_SETTINGS={state} exec {sys.executable} -IS {Path(__file__)} "$@"\n'
    )
    program.chmod(0o755)
    return state


def main(words: list[str]) -> int:
    """Do one command on the file GITHUB_SETTINGS."""
    settings = GitHubSettings(Path(os.environ["GITHUB_SETTINGS"]))
    stdin = "" if sys.stdin.isatty() else sys.stdin.read()
    try:
        sys.stdout.write(settings.do(words, stdin, os.environ.get("GH_REPO", "")))
    except GhError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return refusal.code
    finally:
        settings.save()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
