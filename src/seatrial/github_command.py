"""The GitHub CLI `gh`, with its errors as one line and the fix of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from seatrial.errors import OutsideError, UsageError
from seatrial.process import CommandTimeoutError, run

GH_SECONDS: Final = 60
GIT_SECONDS: Final = 60
SIGN_IN: Final = "gh auth login"
_STATUS: Final = re.compile(r"\bHTTP (\d{3})\b")
# https://github.com/o/n.git, git@github.com:o/n, ssh://git@ssh.github.com:443/o/n; a login is left out.
_REMOTE: Final = re.compile(
    r"(?:[a-z+]+://)?(?:[^@/]+@)?(?P<host>[\w.-]+)(?::\d+(?=/))?[:/]+(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_NOT_GITHUB: Final = re.compile(r"azure\.com|visualstudio\.com|gitlab|bitbucket|codeberg")
# What gh prints, and what to do about it. The first match counts.
_FIXES: Final = (
    (r"gh auth login|HTTP 401|Bad credentials|authentication", "gh is not signed in", SIGN_IN),
    (r"unknown (?:flag|command|shorthand)", "gh is too old", "update gh to 2.45 or newer"),
    (
        r"rate limit|HTTP 429",
        "GitHub's rate limit is reached",
        "wait until `gh api rate_limit` shows remaining requests, then run it again",
    ),
    (
        r"HTTP 403|HTTP 404",
        "GitHub does not allow it, or has no such repository",
        "sign in as an administrator of the repository: gh auth login; or set GH_REPO=OWNER/NAME",
    ),
    (
        r"error connecting|dial tcp|no such host|timeout",
        "GitHub cannot be reached",
        "check the network, then run it again",
    ),
)


class GitHubError(OutsideError):
    """GitHub or its CLI refused; `status` is the HTTP status, 0 if there was none."""

    def __init__(self, message: str, hint: str, log: str, status: int = 0) -> None:
        super().__init__(message, hint, log)
        self.status = status


@dataclass(frozen=True)
class GitHubCommand:
    """Runs gh for one repository; `repository` is [HOST/]OWNER/NAME.

    Every method raises GitHubError if gh is missing or fails, or its answer is not valid.
    """

    root: Path
    repository: str

    def get(self, path: str) -> Any:
        """Return what the API answers on a path below the repository, as JSON."""
        return self.api(f"repos/{{owner}}/{{repo}}{path}")

    def api(self, path: str) -> Any:
        """Return what the API answers on a path, as JSON."""
        return _json(self.run("api", path), path)

    def send(self, method: str, path: str, body: str = "") -> None:
        """Send a request below the repository, with a JSON document as its body if there is one."""
        words = ("api", "--method", method, f"repos/{{owner}}/{{repo}}{path}", "--silent")
        self.run(*words, *(("--input", "-") if body else ()), stdin=body or None)

    def run(self, *words: str, stdin: str | None = None) -> str:
        """Run a command of gh and return its output."""
        # GH_REPO keeps gh from choosing the parent of a fork.
        env = {"GH_REPO": self.repository, "GH_PROMPT_DISABLED": "1"}
        try:
            done = run(
                ["gh", *words], timeout=GH_SECONDS, stdin=stdin, env=env, cwd=self.root, separate_stderr=True
            )
        except OutsideError as error:
            raise _explained(error) from error
        return done.output


def run_gh(root: Path, words: Sequence[str], *, whose: str, hint: str) -> str:
    """Run a command of gh for the repository that it chooses itself, and return its output.

    Raises OutsideError that begins with `whose`; its fix is `hint`, or that of the deadline after a timeout.
    """
    try:
        return run(["gh", *words], timeout=GH_SECONDS, cwd=root, separate_stderr=True).output
    except OutsideError as error:
        fix = error.hint if isinstance(error, CommandTimeoutError) else hint
        raise OutsideError(f"{whose}: {error.message}", fix, error.log) from error


def repository_of(root: Path, given: str = "") -> str:
    """Return [HOST/]OWNER/NAME of the remote `origin`, or `given` (GH_REPO).

    Raises UsageError if there is no such remote, or it is not at GitHub.
    """
    if given:
        return given
    fix = "git remote add origin https://github.com/OWNER/NAME, or set GH_REPO=OWNER/NAME"
    command = ["git", "remote", "get-url", "origin"]
    done = run(command, timeout=GIT_SECONDS, cwd=root, check=False, separate_stderr=True)
    if done.code != 0:
        raise UsageError("this checkout has no remote `origin`", fix)
    found = _REMOTE.fullmatch(done.output.strip())
    if not found or _NOT_GITHUB.search(found["host"]):
        where = f" (it is at {found['host']})" if found else ""
        raise UsageError(f"the remote `origin` is not a repository at GitHub{where}", fix)
    host = re.sub(r"^ssh\.github\.com$", "github.com", found["host"])
    return found["name"] if host == "github.com" else f"{host}/{found['name']}"


def _explained(error: OutsideError) -> GitHubError:
    if isinstance(error, CommandTimeoutError):
        return GitHubError(error.message, error.hint, error.log)
    if "not installed" in error.message:
        return GitHubError(error.message, f"install gh (https://cli.github.com), then {SIGN_IN}", "")
    text = f"{error.message}\n{error.log}"
    found = _STATUS.search(text)
    status = int(found[1]) if found else 0
    for pattern, message, hint in _FIXES:
        if re.search(pattern, text, re.IGNORECASE):
            return GitHubError(message, hint, error.log, status)
    reason = next(_reasons(error.log), error.message)
    return GitHubError(f"GitHub: {reason}", "see the lines of gh above", error.log, status)


def _reasons(log: str) -> Iterator[str]:
    """Yield the line of each error in what gh printed."""
    for line in log.splitlines():
        if line.startswith(("gh: ", "failed ")):
            yield line.removeprefix("gh: ")


def _json(text: str, path: str) -> Any:
    try:
        return from_json(text)
    except ValueError as error:
        raise GitHubError(f"the answer of `gh api {path}` is not JSON", "update gh", "") from error
