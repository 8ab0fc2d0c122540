"""A stand-in for the GitHub CLI `gh`, which needs GitHub: pull requests, issues and labels in a JSON file.

Run as a program it does one command, for the repository at `origin` of the current directory. It records the
run of `ci` that GitHub starts for a pull request: one by the token of a job waits for a person's approval.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

JOB_TOKEN = "the-token-of-the-job"


class GitHubState:
    """What the stand-in has recorded in a file: pull requests, issues, runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        known = json.loads(path.read_text()) if path.exists() else {}
        self.pulls: list[dict[str, Any]] = known.get("pulls", [])
        self.issues: list[dict[str, Any]] = known.get("issues", [])
        self.runs: list[dict[str, Any]] = known.get("runs", [])
        # As `gh run list --json` and the API of workflows return them, recorded in tests/fixtures/github.
        self.nights: list[dict[str, Any]] = known.get("nights", [])
        self.workflows: list[dict[str, Any]] = known.get("workflows", [])

    @property
    def open_pulls(self) -> list[dict[str, Any]]:
        """The pull requests that are open."""
        return [pull for pull in self.pulls if pull["state"] == "OPEN"]

    def save(self) -> None:
        """Write the file."""
        state = {"pulls": self.pulls, "issues": self.issues, "runs": self.runs}
        state |= {"nights": self.nights, "workflows": self.workflows}
        self._path.write_text(json.dumps(state, indent=1))

    def pull(self, *words: str) -> str:
        """Do a `gh pr` command and return what it prints."""
        return {
            "list": self._list_pulls,
            "create": self._create,
            "close": self._close,
        }[words[0]](*words[1:])

    def api(self, *words: str) -> str:
        """Do the `gh api` command that lists or enables workflows, or changes a pull request."""
        if "/actions/workflows" in words[0]:
            return json.dumps({"total_count": len(self.workflows), "workflows": self.workflows})
        if words[2].endswith("/enable"):
            return self._enable(words[2].split("/")[-2])
        method, path = option(words, "--method"), words[2]
        if (method, path.rpartition("/")[0]) != ("PATCH", "repos/{owner}/{repo}/pulls"):
            raise SystemExit(f"unknown request {method} {path}")
        pull = self.pulls[int(path.rpartition("/")[2]) - 1]
        pull["title"] = option(words, "--raw-field").removeprefix("title=")
        pull["body"] = Path(option(words, "--field").removeprefix("body=@")).read_text()
        return ""

    def issue(self, *words: str) -> str:
        """Do a `gh issue` command and return what it prints."""
        if words[0] == "list":
            found = [issue["number"] for issue in self.issues if issue["state"] == "OPEN"]
            return "".join(map(str, found[:1])) if "--jq" in words else json.dumps(numbered(found))
        if words[0] == "create":
            number = len(self.issues) + 1
            issue = {"number": number, "title": option(words, "--title"), "state": "OPEN", "comments": []}
            self.issues.append(issue)
        if words[0] == "close":
            self.issues[int(words[1]) - 1]["state"] = "CLOSED"
        self.issues[-1]["comments"].append(text_of(words))
        return ""

    def run(self, *words: str) -> str:
        """Do `gh run list` of the nightly workflow."""
        assert (words[0], option(words, "--workflow"), option(words, "--branch")) == (
            "list",
            "nightly.yml",
            "main",
        )
        return json.dumps(self.nights[: int(option(words, "--limit"))])

    def _enable(self, file: str) -> str:
        for workflow in self.workflows:
            if workflow["path"].endswith(f"/{file}"):
                workflow["state"] = "active"
        return ""

    def _list_pulls(self, *words: str) -> str:
        base = option(words, "--base")
        return json.dumps([pull for pull in self.open_pulls if pull["baseRefName"] == base])

    def _create(self, *words: str) -> str:
        head = option(words, "--head")
        if any(pull["headRefName"] == head for pull in self.open_pulls):
            raise SystemExit(f"a pull request for branch {head!r} already exists")
        sha = git("ls-remote", "origin", f"refs/heads/{head}").partition("\t")[0]
        if not sha:
            raise SystemExit("Head ref must be a branch")
        number = len(self.pulls) + 1
        url = f"https://github.test/owner/name/pull/{number}"
        pull = {"number": number, "url": url, "headRefName": head, "isCrossRepository": False}
        pull |= {"baseRefName": option(words, "--base"), "title": option(words, "--title"), "state": "OPEN"}
        self.pulls.append({**pull, "body": Path(option(words, "--body-file")).read_text(), "comments": []})
        state = "action_required" if os.environ.get("GH_TOKEN") == JOB_TOKEN else "queued"
        self.runs.append({"workflow": "ci.yml", "event": "pull_request", "sha": sha, "state": state})
        return url + "\n"

    def _close(self, *words: str) -> str:
        pull = self.pulls[int(words[0]) - 1]
        pull["state"] = "CLOSED"
        pull["comments"].append(option(words, "--comment"))
        if "--delete-branch" in words:
            git("push", "-q", "origin", f":refs/heads/{pull['headRefName']}")
        return ""


def text_of(words: tuple[str, ...]) -> str:
    """Return the text of an issue or of a comment."""
    if "--body-file" in words:
        return Path(option(words, "--body-file")).read_text()
    return option(words, "--body" if "--body" in words else "--comment")


def numbered(numbers: list[int]) -> list[dict[str, int]]:
    """Return issues as `--json number` does."""
    return [{"number": number} for number in numbers]


def option(words: tuple[str, ...], name: str) -> str:
    """Return the value of an option."""
    return words[words.index(name) + 1]


def git(*words: str) -> str:
    """Run git in the current directory."""
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True, timeout=60).stdout


def main(words: list[str]) -> None:
    """Do one command, and record it in the file STANDIN_CALLS."""
    calls = Path(os.environ["STANDIN_CALLS"])
    with calls.open("a") as file:
        file.write(f"gh {' '.join(words)}\n")
    state = GitHubState(calls.with_suffix(".json"))
    doing = {"pr": state.pull, "issue": state.issue, "api": state.api, "run": state.run}.get(words[0])
    if doing:
        sys.stdout.write(doing(*words[1:]))
    state.save()


if __name__ == "__main__":
    main(sys.argv[1:])
