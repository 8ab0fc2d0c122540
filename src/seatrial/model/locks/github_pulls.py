"""Pull requests at GitHub, by its command line `gh`, which reads GH_TOKEN or your own login."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from seatrial.errors import OutsideError
from seatrial.github_command import run_gh
from seatrial.model.locks.commit import MAIN, GitAccess
from seatrial.model.locks.pull_requests import PREFIX, PullRequest
from seatrial.workspace import Workspace

HINT: Final = (
    "install gh; gh auth login, or GH_TOKEN with contents: write and pull-requests: write; in GitHub Actions "
    "the setting that lets Actions create pull requests (docs/how-to/new-model.md)"
)
# gh has the token of a job; a person's own helpers are asked first.
ACCESS: Final = GitAccess(
    author=("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"),
    rights="contents: write for GH_TOKEN, or git access of your own to the remote origin",
    options=("-c", "credential.helper=!gh auth git-credential"),
)


class _Listed(BaseModel):
    number: int
    branch: str = Field(alias="headRefName")
    url: str
    from_fork: bool = Field(alias="isCrossRepository")


_LIST: Final = TypeAdapter(list[_Listed])


@dataclass(frozen=True)
class GitHubPullRequests:
    """The open pull requests to main of the repository that the checkout is a clone of."""

    workspace: Workspace

    def of_models(self) -> list[PullRequest]:
        """Return the open pull requests of branches that `propose` writes."""
        fields = ",".join(field.alias or name for name, field in _Listed.model_fields.items())
        found = self._gh("pr", "list", "--base", MAIN, "--state", "open", "--limit", "1000", "--json", fields)
        try:
            listed = _LIST.validate_json(found)
        except ValidationError as error:
            raise OutsideError("the answer of `gh pr list` is not valid", "update gh") from error
        own = [each for each in listed if each.branch.startswith(PREFIX) and not each.from_fork]
        return [PullRequest(each.number, each.branch, each.url) for each in own]

    def open(self, branch: str, title: str, body: str) -> str:
        """Open a pull request of a branch and return its address."""
        with _file(body) as file:
            words = ("--base", MAIN, "--head", branch, "--title", title, "--body-file", str(file))
            printed = self._gh("pr", "create", *words)
        return printed.split()[-1] if printed.split() else ""

    def renew(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of a pull request."""
        # `gh pr edit` also asks for projects, which the token of a job may not read.
        with _file(body) as file:
            words = ("--silent", "--raw-field", f"title={title}", "--field", f"body=@{file}")
            self._gh("api", "--method", "PATCH", f"repos/{{owner}}/{{repo}}/pulls/{number}", *words)

    def close(self, pull: PullRequest, comment: str) -> None:
        """Close a pull request with a comment, and delete its branch."""
        self._gh("pr", "close", str(pull.number), "--comment", comment, "--delete-branch")

    def _gh(self, *arguments: str) -> str:
        return run_gh(self.workspace.root, arguments, whose="GitHub's pull requests", hint=HINT)


@contextmanager
def _file(text: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="seatrial-text-") as folder:
        file = Path(folder) / "body.md"
        file.write_text(text, encoding="utf-8")
        yield file
