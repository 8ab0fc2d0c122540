"""Credentials for Azure Blob Storage: the account key in a file, or the identity of the user."""

from __future__ import annotations

import base64
import os
from typing import Any, Final

from azure.core.credentials import AccessToken, AzureNamedKeyCredential, TokenCredential

from seatrial.errors import UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.azure_cli import MachineOrCli
from seatrial.stores.key_file import read_key_file
from seatrial.stores.protocol import StoreAccessError

KEY_HINT: Final = "write the account key into it, mode 0600, or leave store.key_file empty to use `az login`"
STORAGE_SCOPE: Final = "https://storage.azure.com/.default"


class _StorageIdentity:
    """The identity of the user, for tokens for storage alone: a challenge can name any other service."""

    def __init__(self, identity: TokenCredential, url: str) -> None:
        self._identity = identity
        self._url = url

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token. Raises StoreAccessError if it would be for another service than storage."""
        if scopes != (STORAGE_SCOPE,):
            message = f"{self._url} asks for a token for {', '.join(scopes)[:100]!r}, which is not storage"
            raise StoreAccessError(message, "check store.url and store.endpoint")
        return self._identity.get_token(*scopes, **options)


def credential_of(settings: StoreSettings, account: str) -> Any:
    """Return the credential for an account.

    Raises UsageError if the key file has no key, or a token would be sent over plain http.
    """
    if not settings.key_file:
        if settings.endpoint.startswith("http:"):
            hint = "set store.key_file to the file of the account key, or use an https endpoint"
            raise UsageError("store.endpoint is plain http: no access token is sent over it", hint)
        return _StorageIdentity(_identity(settings.timeout_seconds / 2), settings.url)
    key = read_key_file(settings.key_file)
    try:
        if base64.b64decode(key, validate=True):
            return AzureNamedKeyCredential(account, key)
    except ValueError:
        pass
    raise UsageError(f"store.key_file {settings.key_file} contains no key", _hint_of(key))


def _identity(seconds: float) -> TokenCredential:
    from azure.identity import DefaultAzureCredential

    # With this variable the user chooses from the SDK's own list, which limits each program to 10 s.
    if os.environ.get("AZURE_TOKEN_CREDENTIALS"):
        return DefaultAzureCredential()
    machine = DefaultAzureCredential(
        exclude_cli_credential=True,
        exclude_developer_cli_credential=True,
        exclude_powershell_credential=True,
    )
    return MachineOrCli(machine, seconds)


def _hint_of(content: str) -> str:
    if "AccountKey=" in content:
        return "it is a connection string: write only the value after AccountKey= into it"
    if "sig=" in content:
        return f"it is a SAS, which is not supported: {KEY_HINT}"
    return KEY_HINT
