"""The errors of the Azure SDK as errors of a store.

Only codes are reported: a message may contain the signature that the service expected.
"""

from __future__ import annotations

import re
from typing import Final

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from seatrial.errors import OutsideError
from seatrial.stores.protocol import StoreAccessError
from seatrial.stores.refusal_codes import AZURE
from seatrial.stores.refusals import Refusal, Service

RIGHTS_HINT: Final = (
    "check store.key_file, or `az login` and the role Storage Blob Data Reader (to publish: Contributor)"
)
SERVICE: Final = Service(AZURE, RIGHTS_HINT)
ENTRA_CODE: Final = re.compile(r"AADSTS\d{4,8}")
# Codes of Entra ID: "Microsoft Entra authentication and authorization error codes".
ENTRA: Final = {
    "AADSTS700024": "the token of this job has expired: sign in again just before this step",
    "AADSTS70021": "give the identity a federated credential for exactly this subject "
    "(docs/reference/identities.md)",
    "AADSTS700211": "give the identity a federated credential for this issuer (docs/reference/identities.md)",
    "AADSTS700213": "give the identity a federated credential for exactly this subject "
    "(docs/reference/identities.md)",
    "AADSTS700016": "check AZURE_CLIENT_ID and AZURE_TENANT_ID: this tenant has no such application",
    "AADSTS90002": "check AZURE_TENANT_ID: there is no such tenant",
    "AADSTS7000222": "the client secret has expired: use a federated credential",
    "AADSTS700082": "`az login` again: the session has expired",
    "AADSTS50173": "`az login` again: the session was revoked",
    "AADSTS50076": "`az login` again: a second factor is required",
}


def sign_in_error(url: str, error: ClientAuthenticationError) -> StoreAccessError:
    """Return the error for an identity that got no token."""
    code = ENTRA_CODE.search(str(error))
    if not code:
        return StoreAccessError(f"there is no signed-in identity for {url}", RIGHTS_HINT)
    return StoreAccessError(f"the sign-in for {url} failed ({code[0]})", ENTRA.get(code[0], RIGHTS_HINT))


def answer_error(error: HttpResponseError, blob: str) -> OutsideError:
    """Return the error for a refusal; `blob` is the address asked for."""
    code = getattr(error, "error_code", None)
    code = str(getattr(code, "value", code) or error.reason or type(error).__name__)
    # The code is the same as for a wrong key, and the text has the expected signature too.
    if "date header too old" in str(error.message).lower():
        code = "DateHeaderTooOld"
    headers = getattr(error.response, "headers", {})
    return SERVICE.error_of(Refusal(error.status_code or 0, code, headers.get("Date")), blob)
