"""The sign-in program that a kubeconfig names, such as kubelogin. The library only logs its errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from seatrial.entra_codes import FIXES, find_code
from seatrial.errors import UsageError

_MISSING: Final = re.compile(r"No such file or directory: '([^']+)'")
_INSTALL: Final = {
    "kubelogin": "az aks install-cli",
    "aws": "install the AWS CLI",
    "gke-gcloud-auth-plugin": "gcloud components install gke-gcloud-auth-plugin",
}


@contextmanager
def sign_in_errors(context: str) -> Iterator[None]:
    """Raise UsageError after the block if the library logged that the sign-in failed in it.

    Without a sign-in every request would be refused, for another reason. What the program printed is not
    shown, except for the code of Microsoft Entra ID: it may contain a token.
    """
    logged: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    if logged:
        raise _error(context, logged[0])


def _error(context: str, text: str) -> UsageError:
    if missing := _MISSING.search(text):
        name = missing[1].rpartition("/")[2]
        return UsageError(
            f"context {context}: {name}, with which the kubeconfig signs in, is not installed",
            _INSTALL.get(name, f"install {name}, or use another kubeconfig"),
        )
    code = find_code(text)
    what = f"context {context}: the sign-in program of the kubeconfig failed{f' ({code})' if code else ''}"
    return UsageError(what, FIXES.get(code, "kubectl get pods with this context shows what it prints"))
