"""Codes of Microsoft Entra ID in the error of a sign-in, and the fix for each.

Source: "Microsoft Entra authentication and authorization error codes".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_CODE: Final = re.compile(r"AADSTS\d{4,8}")
_SUBJECT: Final = (
    "give the identity a federated credential for exactly this subject (docs/reference/identities.md)"
)
FIXES: Final[Mapping[str, str]] = {
    "AADSTS700024": "the token of this job has expired: sign in again just before this step",
    "AADSTS70021": _SUBJECT,
    "AADSTS700213": _SUBJECT,
    "AADSTS700211": "give the identity a federated credential for this issuer (docs/reference/identities.md)",
    "AADSTS700016": "check AZURE_CLIENT_ID and AZURE_TENANT_ID: this tenant has no such application",
    "AADSTS90002": "check AZURE_TENANT_ID: there is no such tenant",
    "AADSTS7000222": "the client secret has expired: use a federated credential",
    "AADSTS700082": "`az login` again: the session has expired",
    "AADSTS50173": "`az login` again: the session was revoked",
    "AADSTS50076": "`az login` again: a second factor is required",
}


def find_code(text: str) -> str:
    """Return the first code in `text`, or an empty string."""
    found = _CODE.search(text)
    return found[0] if found else ""
