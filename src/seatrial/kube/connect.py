"""The cluster that a kubeconfig's context names."""

from __future__ import annotations

from pathlib import Path

import yaml
from kubernetes import config
from kubernetes.dynamic import DynamicClient

from seatrial.errors import UsageError
from seatrial.kube.client import PATIENCE_SECONDS, Cluster


def connect(kubeconfig: str, context: str, cache: Path, patience: float = PATIENCE_SECONDS) -> Cluster:
    """Return the cluster of a context; nothing is asked of it yet.

    `kubeconfig` empty is the user's own. `cache` keeps what kinds the cluster knows. Raises
    UsageError when no context is named (the user's current one is never guessed) or it is not there.
    """
    if not context:
        raise UsageError("no cluster is named", "make cloud starts one; KUBECONTEXT=… names yours")
    try:
        api = config.new_client_from_config(kubeconfig or None, context)  # type: ignore[no-untyped-call]
    except (config.ConfigException, OSError, yaml.YAMLError, TypeError, ValueError) as error:
        what = " ".join(str(error).split())[:200]
        raise UsageError(f"context {context}: {what}", "make cloud, or KUBECONTEXT=…") from error
    api.configuration.retries = False
    cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def client() -> DynamicClient:
        return DynamicClient(api, cache_file=str(cache))  # type: ignore[no-untyped-call]

    return Cluster(client, f"cluster {context}", patience)
