"""The errors of the AWS SDK as errors of a store."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from seatrial.errors import OutsideError
from seatrial.stores.refusal_codes import S3
from seatrial.stores.refusals import Refusal, Service

RIGHTS_HINT: Final = (
    "check the credentials (store.key_file is a shared credentials file; empty: the default chain of AWS) "
    "and the policy of the bucket"
)
SHARED_FILE_HINT: Final = (
    "it is a shared credentials file: [default] with aws_access_key_id and aws_secret_access_key"
)
SERVICE: Final = Service(S3, RIGHTS_HINT)
CONFLICT: Final = frozenset({409, 412})


class PreconditionFailedError(OutsideError):
    """A condition of the request was not met."""


def answer_error(error: ClientError, blob: str) -> OutsideError:
    """Return the error for a refusal; `blob` is the address asked for."""
    status = status_of(error)
    if status in CONFLICT:
        return PreconditionFailedError(f"{blob} has changed")
    code = str(error.response["Error"].get("Code", status))
    headers = error.response["ResponseMetadata"].get("HTTPHeaders", {})
    return SERVICE.error_of(Refusal(status, code, headers.get("date")), blob)


def status_of(error: ClientError) -> int:
    """Return the HTTP status of an answer."""
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
