"""The kubectl commands in messages: each names the kubeconfig and the context that the message is about."""

from __future__ import annotations

import shlex


def kubectl(kubeconfig: str, context: str) -> str:
    """Return the start of a kubectl command; an empty `kubeconfig` is the user's default file."""
    words = ["kubectl", *(["--kubeconfig", kubeconfig] if kubeconfig else []), "--context", context]
    return shlex.join(words)
