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

    @property
    def open_pulls(self) -> list[dict[str, Any]]:
        """The pull requests that are open."""
        return [pull for pull in self.pulls if pull["state"] == "OPEN"]

    def save(self) -> None:
        """Write the file."""
        state = {"pulls": self.pulls, "issues": self.issues, "runs": self.runs}
        self._path.write_text(json.dumps(state, indent=1))

    def pull(self, *words: str) -> str:
        """Do a `gh pr` command and return what it prints."""
        return {
            "list": self._list_pulls,
            "create": self._create,
            "close": self._close,
        }[words[0]](*words[1:])

    def api(self, *words: str) -> str:
        """Do the `gh api` command that changes a pull request."""
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
            return "".join(str(issue["number"]) for issue in self.issues[:1])
        if words[0] == "create":
            number = len(self.issues) + 1
            self.issues.append({"number": number, "title": option(words, "--title"), "comments": []})
        self.issues[-1]["comments"].append(Path(option(words, "--body-file")).read_text())
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
    doing = {"pr": state.pull, "issue": state.issue, "api": state.api}.get(words[0])
    if doing:
        sys.stdout.write(doing(*words[1:]))
    state.save()


if __name__ == "__main__":
    main(sys.argv[1:])
