"""Runs the program with which a kubeconfig signs in, such as kubelogin, under a deadline."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from seatrial.entra_codes import FIXES, find_code
from seatrial.errors import OutsideError, UsageError
from seatrial.process import CommandTimeoutError, NotInstalledError, run

SIGN_IN_SECONDS: Final = 60
PERSON_SECONDS: Final = 300
"""How long a person at a terminal may take, for example to type a device code into a browser."""
_INSTALL: Final = {
    "kubelogin": "az aks install-cli",
    "aws": "install the AWS CLI",
    "gke-gcloud-auth-plugin": "gcloud components install gke-gcloud-auth-plugin",
}
_WAITS: Final = {
    "kubelogin": "az login, then kubelogin convert-kubeconfig -l azurecli (in CI: -l workloadidentity)",
    "aws": "aws sso login",
    "gke-gcloud-auth-plugin": "gcloud auth login",
}


class SignInProgram(Protocol):
    """Runs a sign-in program."""

    def __call__(
        self, argv: Sequence[str], env: Mapping[str, str], cwd: Path | None, *, for_person: bool
    ) -> str:
        """Return what the program prints; see `run_sign_in`."""
        ...


def run_sign_in(argv: Sequence[str], env: Mapping[str, str], cwd: Path | None, *, for_person: bool) -> str:
    """Return what a sign-in program prints to stdout.

    It gets SIGN_IN_SECONDS; PERSON_SECONDS where `for_person`, at a terminal, which then shows its stderr.
    Raises OutsideError if it does not end in time, after it was killed with its children, and UsageError if
    it is not installed or fails. What it printed is not part of an error, except for the code of Microsoft
    Entra ID: it may contain a token.
    """
    name, shown = Path(argv[0]).name, for_person and sys.stderr.isatty()
    seconds = PERSON_SECONDS if shown else SIGN_IN_SECONDS
    try:
        return run(
            argv,
            timeout=seconds,
            env=env,
            cwd=cwd,
            separate_stderr=not shown,
            show_stderr=shown,
            own_session=True,
        ).output
    except NotInstalledError:
        raise UsageError(
            f"{name}, with which the kubeconfig signs in, is not installed",
            _INSTALL.get(name, f"install {name}, or use another kubeconfig"),
        ) from None
    except CommandTimeoutError:
        raise OutsideError(
            f"{name}, with which the kubeconfig signs in, did not answer in {seconds} s",
            f"it may wait for a person: {_WAITS.get(name, f'sign in by hand first, with {name}')}",
        ) from None
    except OutsideError as error:
        code = find_code(error.log)
        raise UsageError(
            f"{name}, with which the kubeconfig signs in, failed{f' ({code})' if code else ''}",
            FIXES.get(code, f"run {name} by hand: it prints the reason"),
        ) from None
