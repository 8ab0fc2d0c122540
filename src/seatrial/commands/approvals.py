"""The approval that a release command is given: verified with GitHub where that is possible, else stated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.errors import RefusedError

if TYPE_CHECKING:
    from seatrial.http_client import HttpClient
    from seatrial.release.approval import Approval


def given_approval(
    env: str, stated: str, document: Path | None, environ: Mapping[str, str], http: HttpClient
) -> Approval:
    """Return who approves a release to `env`.

    In a run of GitHub Actions with a token these are the reviewers that GitHub confirms for this run; names
    in `document` must be the same. Elsewhere, and if nobody reviewed the run, the approval is what the
    document states, else the name in `stated`. Raises RefusedError if GitHub does not confirm the document,
    and as `verified_reviews` and `stated_reviews`.
    """
    from seatrial.release.approval import NOBODY, Approval
    from seatrial.release.reviews import github_run, stated_reviews, verified_reviews

    run = github_run(environ)
    verified = verified_reviews(run, env, http) if run else NOBODY
    listed = stated_reviews(document, env) if document else None
    if run and listed and listed.who != verified.who:
        names = listed.who or "nobody"
        what = f"{document} has {names} as reviewers of {env}, GitHub has {verified.who or 'nobody'}"
        raise RefusedError(what, "leave APPROVALS= empty: seatrial reads the reviews from GitHub")
    return verified if verified.who else listed or Approval(stated)
