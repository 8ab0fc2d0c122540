"""What a login may do in a repository, tried without leaving anything there."""

from __future__ import annotations

import contextlib

from seatrial.errors import OutsideError
from seatrial.image.registry import Repository
from seatrial.image.registry_copy import cancel_upload
from seatrial.image.registry_refusals import CredentialsRefusedError

# 405 is the status of a registry that only reads.
REFUSALS = (401, 403, 405)
ACCEPTED = (201, 202)
# Neither the repository nor a tag needs to exist: what counts is whether the request is allowed.
ANY_TAG = "bootstrap"


class UnclearRightError(OutsideError):
    """The registry answered a trial neither with yes nor with no; `status` is the HTTP status."""

    def __init__(self, message: str, status: int, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


def may_pull(target: Repository) -> bool:
    """Return whether the login may read manifests of a repository, which need not exist.

    Raises OutsideError if the registry does not answer.
    """
    try:
        target.client.call("HEAD", f"{target.repository}/manifests/{ANY_TAG}")
    except CredentialsRefusedError:
        return False
    return True


def may_push(target: Repository) -> bool:
    """Return whether the login may start an upload to a repository; the upload is cancelled.

    Raises UnclearRightError if the answer is neither yes nor no, OutsideError if there is none.
    """
    uploads = f"{target.repository}/blobs/uploads/"
    try:
        opened = target.client.exchange("POST", uploads, allow_redirects=False)
    except CredentialsRefusedError:
        return False
    if opened.status_code in ACCEPTED:
        # An upload that is not cancelled is removed by the registry later; the answer must not depend on it.
        with contextlib.suppress(OutsideError):
            cancel_upload(opened, target)
        return True
    if opened.status_code in REFUSALS:
        return False
    where = f"{target.client.registry.address}/{target.repository}"
    raise UnclearRightError(
        f"the registry returned status {opened.status_code} to the start of a push to {where}",
        opened.status_code,
        "create the repository, if it does not exist",
    )
