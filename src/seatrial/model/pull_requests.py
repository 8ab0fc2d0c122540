"""The pull requests of models, by the GitHub CLI `gh`, which reads GH_TOKEN or your own login."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from seatrial.errors import OutsideError
from seatrial.model.lock_commit import MAIN
from seatrial.process import run
from seatrial.workspace import Workspace

PREFIX: Final = "model/"
"""The branches that `propose` writes begin with it; nobody else's may."""
GH_SECONDS: Final = 60
HINT: Final = (
    "gh auth login, or GH_TOKEN with contents: write and pull-requests: write; in GitHub Actions the setting "
    "that lets Actions create pull requests (docs/how-to/new-model.md)"
)


class PullRequest(BaseModel):
    """An open pull request to main, with the branch that it comes from."""

    number: int
    branch: str = Field(alias="headRefName")
    url: str
    from_fork: bool = Field(alias="isCrossRepository")


_LISTED: Final = TypeAdapter(list[PullRequest])


@dataclass(frozen=True)
class PullRequests:
    """The open pull requests to main of the repository that the checkout is a clone of."""

    workspace: Workspace

    def of_models(self) -> list[PullRequest]:
        """Return the open pull requests of branches that `propose` writes.

        Raises OutsideError if gh is missing or fails, or its answer is not valid.
        """
        fields = ",".join(field.alias or name for name, field in PullRequest.model_fields.items())
        found = self._gh("list", "--base", MAIN, "--state", "open", "--limit", "1000", "--json", fields)
        try:
            listed = _LISTED.validate_json(found)
        except ValidationError as error:
            raise OutsideError("the answer of `gh pr list` is not valid", "update gh") from error
        return [each for each in listed if each.branch.startswith(PREFIX) and not each.from_fork]

    def open(self, branch: str, title: str, body: str) -> str:
        """Open a pull request of a branch and return its address."""
        printed = self._with_body(body, "create", "--base", MAIN, "--head", branch, "--title", title)
        return printed.split()[-1] if printed.split() else ""

    def renew(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of a pull request."""
        self._with_body(body, "edit", str(number), "--title", title)

    def close(self, number: int, comment: str) -> None:
        """Close a pull request with a comment, and delete its branch."""
        self._gh("close", str(number), "--comment", comment, "--delete-branch")

    def _with_body(self, body: str, *arguments: str) -> str:
        with tempfile.TemporaryDirectory(prefix="seatrial-text-") as folder:
            file = Path(folder) / "body.md"
            file.write_text(body, encoding="utf-8")
            return self._gh(*arguments, "--body-file", str(file))

    def _gh(self, *arguments: str) -> str:
        try:
            done = run(
                ["gh", "pr", *arguments], timeout=GH_SECONDS, cwd=self.workspace.root, separate_stderr=True
            )
        except OutsideError as error:
            raise OutsideError(f"`gh pr {arguments[0]}`: {error.message}", HINT, error.log) from error
        return done.output
