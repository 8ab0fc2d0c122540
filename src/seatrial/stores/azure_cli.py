"""The Azure CLI as an identity. The SDK does not name an `az` that hangs, and leaves its children running."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError

from seatrial.entra_codes import find_code
from seatrial.errors import OutsideError
from seatrial.process import CommandTimeoutError, run
from seatrial.stores.protocol import StoreUnreachableError

_ASK = ("az", "account", "get-access-token", "--output", "json", "--resource")


class MachineOrCli:
    """The identity of the machine or the job; where it has none, that of `az login`."""

    def __init__(self, machine: TokenCredential, seconds: float) -> None:
        self._machine = machine
        self._seconds = seconds

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token.

        Raises ClientAuthenticationError if neither has one, and StoreUnreachableError if `az` does not
        answer in time, after it was killed with its children.
        """
        try:
            return self._machine.get_token(*scopes, **options)
        except ClientAuthenticationError as error:
            # A code is a refusal of the machine's own identity, which is the reason to show.
            if find_code(str(error)) or not shutil.which("az"):
                raise
        tenant = options.get("tenant_id")
        argv = [*_ASK, scopes[0].removesuffix("/.default"), *(["--tenant", tenant] if tenant else [])]
        return _parse(self._run(argv))

    def _run(self, argv: list[str]) -> str:
        env = {"AZURE_CORE_NO_COLOR": "true"}
        try:
            return run(
                argv, timeout=self._seconds, env=env, cwd=Path("/"), separate_stderr=True, own_session=True
            ).output
        except CommandTimeoutError:
            raise StoreUnreachableError(
                f"az, with which the store signs in, did not answer in {self._seconds:.0f} s",
                "run `az account get-access-token` by hand to see what it waits for; `az login`",
            ) from None
        except OutsideError as error:
            raise ClientAuthenticationError(error.log) from None


def _parse(output: str) -> AccessToken:
    try:
        found = json.loads(output)
        # Before version 2.54 there is only the local time.
        expires = found.get("expires_on") or datetime.fromisoformat(found["expiresOn"]).timestamp()
        return AccessToken(str(found["accessToken"]), int(expires))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ClientAuthenticationError("az printed no token") from None
