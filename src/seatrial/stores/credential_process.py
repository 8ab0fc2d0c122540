"""The `credential_process` of an AWS profile under a deadline; botocore waits for it without end."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from botocore.credentials import AssumeRoleProvider, ProcessProvider
from botocore.session import Session

from seatrial.errors import OutsideError
from seatrial.process import CommandTimeoutError, NotInstalledError, run
from seatrial.stores.protocol import StoreAccessError, StoreUnreachableError


def limit_credential_process(session: Session, seconds: float) -> None:
    """Make the sign-in programs of a session end in `seconds`, those of a source profile too."""

    def popen(argv: list[str], **_: Any) -> _Ended:
        return _Ended(argv, seconds)

    for provider in session.get_component("credential_provider").providers:
        if isinstance(provider, ProcessProvider):
            provider._popen = popen
        if isinstance(provider, AssumeRoleProvider) and provider._profile_provider_builder:
            limited = partial(ProcessProvider, load_config=lambda: session.full_config, popen=popen)
            provider._profile_provider_builder._create_process_provider = limited


class _Ended:
    """A program that has ended, as botocore reads it.

    Raises StoreUnreachableError if it did not end in time, after it was killed with its children, and
    StoreAccessError if it is not installed, failed or printed no JSON object. What it printed is not part of
    an error.
    """

    returncode = 0

    def __init__(self, argv: list[str], seconds: float) -> None:
        what = f"{Path(argv[0]).name}, the credential_process of the AWS profile,"
        fix = "run it by hand; it stands in ~/.aws/config"
        try:
            self._output = run(argv, timeout=seconds, separate_stderr=True, own_session=True).output
        except CommandTimeoutError:
            raise StoreUnreachableError(f"{what} did not answer in {seconds:.0f} s", fix) from None
        except NotInstalledError:
            raise StoreAccessError(f"{what} is not installed", fix) from None
        except OutsideError:
            raise StoreAccessError(f"{what} failed", fix) from None
        if not _is_object(self._output):
            raise StoreAccessError(f"{what} printed no credentials", fix)

    def communicate(self) -> tuple[bytes, bytes]:
        """Return stdout and an empty stderr."""
        return self._output.encode(), b""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
