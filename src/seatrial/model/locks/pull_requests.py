"""Pull requests of models, as `propose` uses them on every service that hosts the repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

PREFIX: Final = "model/"
"""The branches that `propose` writes begin with it; nobody else's may."""


@dataclass(frozen=True)
class PullRequest:
    """An open pull request to main, with the branch that it comes from."""

    number: int
    branch: str
    url: str


class PullRequests(Protocol):
    """The open pull requests to main of one repository.

    Every method raises OutsideError if the service fails, or its answer is not valid.
    """

    def of_models(self) -> list[PullRequest]:
        """Return the open pull requests of branches that `propose` writes; none of a fork."""
        ...

    def open(self, branch: str, title: str, body: str) -> str:
        """Open a pull request of a branch and return its address."""
        ...

    def renew(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of a pull request."""
        ...

    def close(self, pull: PullRequest, comment: str) -> None:
        """Close a pull request with a comment, and delete its branch."""
        ...
