"""Credential helpers of Docker: a program `docker-credential-<name>` that returns a login as JSON.

The protocol: github.com/docker/docker-credential-helpers. The Docker library gives a helper no deadline.
"""

from __future__ import annotations

import json
import shutil
from typing import Any, Final

from seatrial.errors import OutsideError, UsageError
from seatrial.process import run

HELPER_SECONDS: Final = 15
NO_LOGIN: Final = "credentials not found in native keychain"
TOKEN_USER: Final = "<token>"  # noqa: S105 - the name that stands for an identity token
FIX: Final = "or remove it from config.json (credsStore, credHelpers) and docker login again"


def ask_helper(name: str, address: str) -> dict[str, Any] | None:
    """Return the login for a registry as config.json has it, or None if the helper has none.

    Raises UsageError if the helper is not installed or fails, and OutsideError if it does not answer in
    HELPER_SECONDS, after it was killed with its children. What a helper prints is not part of the error.
    """
    program = f"docker-credential-{name}"
    if not shutil.which(program):
        raise UsageError(
            f"{program}, which Docker's config.json names, is not installed", f"install it, {FIX}"
        )
    try:
        done = run(
            [program, "get"],
            stdin=address,
            timeout=HELPER_SECONDS,
            check=False,
            separate_stderr=True,
            own_session=True,
        )
    except OutsideError:
        message = f"{program} did not answer in {HELPER_SECONDS} s; it may wait for a window or a password"
        raise OutsideError(message, f"unlock its keychain, {FIX}") from None
    if done.code != 0:
        if NO_LOGIN in done.output:
            return None
        raise UsageError(f"{program} failed with exit code {done.code}", f"run it by hand, {FIX}")
    return _login(done.output, program)


def _login(output: str, program: str) -> dict[str, Any]:
    try:
        found = json.loads(output)
        user, secret = found["Username"], found["Secret"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UsageError(f"{program} returned no login", f"update it, {FIX}") from None
    return {"identitytoken": secret} if user == TOKEN_USER else {"username": user, "password": secret}
