"""The errors of the Azure SDK as errors of a store.

Only codes are reported: a message may contain the signature that the service expected.
"""

from __future__ import annotations

from typing import Final

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from seatrial.entra_codes import FIXES, find_code
from seatrial.errors import OutsideError
from seatrial.stores.protocol import StoreAccessError
from seatrial.stores.refusal_codes import AZURE
from seatrial.stores.refusals import Refusal, Service

RIGHTS_HINT: Final = (
    "check store.key_file, or `az login` and the role Storage Blob Data Reader (to publish: Contributor)"
)
SERVICE: Final = Service(AZURE, RIGHTS_HINT)


def sign_in_error(url: str, error: ClientAuthenticationError) -> StoreAccessError:
    """Return the error for an identity that got no token."""
    code = find_code(str(error))
    if not code:
        return StoreAccessError(f"there is no signed-in identity for {url}", RIGHTS_HINT)
    return StoreAccessError(f"the sign-in for {url} failed ({code})", FIXES.get(code, RIGHTS_HINT))


def answer_error(error: HttpResponseError, blob: str) -> OutsideError:
    """Return the error for a refusal; `blob` is the address asked for."""
    code = getattr(error, "error_code", None)
    code = str(getattr(code, "value", code) or error.reason or type(error).__name__)
    # The code is the same as for a wrong key, and the text has the expected signature too.
    if "date header too old" in str(error.message).lower():
        code = "DateHeaderTooOld"
    headers = getattr(error.response, "headers", {})
    return SERVICE.error_of(Refusal(error.status_code or 0, code, headers.get("Date")), blob)
