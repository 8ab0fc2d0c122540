"""Pull requests in Azure Repos, by its REST API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from pydantic import BaseModel, Field, TypeAdapter

from seatrial.azure_devops import AzureDevOps
from seatrial.model.locks.commit import MAIN, Remote
from seatrial.model.locks.pull_requests import PREFIX, PullRequest

RIGHTS: Final = (
    "give the build service Contribute, Create branch and Contribute to pull requests in the repository's "
    "security (docs/how-to/azure-pipelines.md#models)"
)
MAX_DESCRIPTION: Final = 4_000
"""Azure Repos accepts as many characters of a description, and 150,000 of a comment."""
WHOLE_TEXT: Final = "### The whole text of this pull request"
_REST: Final = "\n\n*The whole text is in a comment of this pull request.*"
_HEADS: Final = "refs/heads/"
_CLOSED: Final = "closed"


class _Listed(BaseModel):
    number: int = Field(alias="pullRequestId")
    source: str = Field(alias="sourceRefName")
    fork: dict[str, Any] | None = Field(None, alias="forkSource")


class _List(BaseModel):
    value: list[_Listed]


class _Comment(BaseModel):
    id: int
    content: str | None = None


class _Thread(BaseModel):
    id: int
    deleted: bool = Field(False, alias="isDeleted")
    comments: list[_Comment] = []


class _Threads(BaseModel):
    value: list[_Thread]


_ANY: Final = TypeAdapter(dict[str, Any])


@dataclass(frozen=True)
class AzurePullRequests:
    """The open pull requests to main of a repository in Azure Repos; `address` is that of its page."""

    address: str
    repository: AzureDevOps
    remote: Remote

    def of_models(self) -> list[PullRequest]:
        """Return the open pull requests of branches that `propose` writes."""
        query = f"searchCriteria.status=active&searchCriteria.targetRefName={quote(_HEADS + MAIN, safe='')}"
        found = self.repository.request("GET", f"pullrequests?{query}&$top=1000", TypeAdapter(_List))
        own = [each for each in found.value if each.source.startswith(_HEADS + PREFIX) and not each.fork]
        return [
            PullRequest(each.number, each.source.removeprefix(_HEADS), self._url(each.number)) for each in own
        ]

    def open(self, branch: str, title: str, body: str) -> str:
        """Open a pull request of a branch and return its address."""
        refs = {"sourceRefName": _HEADS + branch, "targetRefName": _HEADS + MAIN}
        text = {"title": title, "description": _shortened(body)}
        made = self.repository.request("POST", "pullrequests", TypeAdapter(_Listed), {**refs, **text})
        self._write_whole_text(made.number, body)
        return self._url(made.number)

    def renew(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of a pull request."""
        self._change(number, {"title": title, "description": _shortened(body)})
        self._write_whole_text(number, body)

    def close(self, pull: PullRequest, comment: str) -> None:
        """Abandon a pull request with a comment, and delete its branch."""
        self._comment(pull.number, comment)
        self._change(pull.number, {"status": "abandoned"})
        self.remote.delete(pull.branch)

    def _url(self, number: int) -> str:
        return f"{self.address}/pullrequest/{number}"

    def _change(self, number: int, members: dict[str, str]) -> None:
        self.repository.request("PATCH", f"pullrequests/{number}", _ANY, members)

    def _comment(self, number: int, text: str) -> None:
        # A thread that is not active does not hold up a branch whose comments must be resolved.
        thread = {"comments": [{"parentCommentId": 0, "content": text, "commentType": 1}], "status": _CLOSED}
        self.repository.request("POST", f"pullRequests/{number}/threads", _ANY, thread)

    def _write_whole_text(self, number: int, body: str) -> None:
        """Write the comment with the whole text, if it is longer than a description or was before."""
        threads = self.repository.request("GET", f"pullRequests/{number}/threads", TypeAdapter(_Threads))
        text = f"{WHOLE_TEXT}\n\n{body}"
        for thread in threads.value:
            first = thread.comments[0] if thread.comments and not thread.deleted else None
            if first and (first.content or "").startswith(WHOLE_TEXT):
                path = f"pullRequests/{number}/threads/{thread.id}/comments/{first.id}"
                self.repository.request("PATCH", path, _ANY, {"content": text})
                return
        if len(body) > MAX_DESCRIPTION:
            self._comment(number, text)


def _shortened(body: str) -> str:
    """Return the first lines of a text, as many as a description may have."""
    if len(body) <= MAX_DESCRIPTION:
        return body
    whole_lines = body[: MAX_DESCRIPTION - len(_REST)].rpartition("\n")[0]
    return whole_lines + _REST
