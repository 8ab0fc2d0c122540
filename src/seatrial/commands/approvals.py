"""The approval that a release command is given: verified with the CI where that is possible, else stated."""

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

    In a run of GitHub Actions or Azure Pipelines with a token these are the reviewers that the service
    confirms for this run; names in `document` must be the same. Elsewhere, and if nobody reviewed the run,
    the approval is what the document states, else the name in `stated`. Raises RefusedError if the service
    does not confirm the document, and as `verified_reviews`, `verified_approvals` and `stated_reviews`.
    """
    from seatrial.release.approval import NOBODY, Approval
    from seatrial.release.azure_reviews import AzureRun, azure_run, verified_approvals
    from seatrial.release.reviews import github_run, stated_reviews, verified_reviews

    run, verified = github_run(environ) or azure_run(environ), NOBODY
    if run:
        verified = (
            verified_approvals(run, env, http)
            if isinstance(run, AzureRun)
            else verified_reviews(run, env, http)
        )
    listed = stated_reviews(document, env) if document else None
    if run and listed and listed.who != verified.who:
        names, service = listed.who or "nobody", run.service.name
        what = f"{document} has {names} as reviewers of {env}, {service} has {verified.who or 'nobody'}"
        raise RefusedError(what, f"leave APPROVALS= empty: seatrial reads the reviews from {service}")
    return verified if verified.who else listed or Approval(stated)
