"""The subscription of Azure in which infra/ is created, and who is signed in to it."""

from __future__ import annotations

import os
from typing import Final

from pydantic import BaseModel, ValidationError

from seatrial.errors import OutsideError
from seatrial.process import CommandTimeoutError, NotInstalledError, run

AZ_SECONDS: Final = 60
INSTALL: Final = (
    "install the Azure CLI (https://learn.microsoft.com/cli/azure/install-azure-cli), then az login"
)
OTHER_IDENTITIES: Final = ("ARM_CLIENT_ID", "ARM_CLIENT_ID_FILE_PATH", "ARM_USE_MSI", "ARM_USE_OIDC")
"""With one of these variables the provider azurerm does not sign in by `az`."""


class _User(BaseModel):
    name: str


class _Account(BaseModel):
    id: str
    name: str
    user: _User


def account() -> str:
    """Return the subscription and the user of `az login`, in one line.

    Nothing is asked of Azure. Raises OutsideError if `az` is missing, hangs or is not signed in, or its
    answer is not valid.
    """
    by = next((name for name in OTHER_IDENTITIES if os.environ.get(name)), "")
    if by:
        return f"signed in by the variable {by}, not by az"
    try:
        text = run(
            ["az", "account", "show", "--output", "json"], timeout=AZ_SECONDS, separate_stderr=True
        ).output
        found = _Account.model_validate_json(text)
    except ValidationError as error:
        raise OutsideError("the answer of `az account show` is not valid", "update az") from error
    except NotInstalledError as error:
        raise OutsideError(error.message, INSTALL) from error
    except CommandTimeoutError:
        raise
    except OutsideError as error:
        raise OutsideError("az is not signed in", "az login", error.log) from error
    other = os.environ.get("ARM_SUBSCRIPTION_ID", "")
    subscription = f"{other} of ARM_SUBSCRIPTION_ID" if other else f"{found.name} ({found.id})"
    return f"subscription {subscription}, as {found.user.name}"
