"""Connect to the cluster of a kubeconfig context."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config
from kubernetes.config.kube_config import KubeConfigMerger
from kubernetes.dynamic import DynamicClient

from seatrial.errors import UsageError
from seatrial.kube.client import PATIENCE_SECONDS, REQUEST_SECONDS, KubernetesCluster
from seatrial.kube.protocol import Cluster
from seatrial.kube.sign_in import SignInLoader
from seatrial.kubectl_command import kubectl
from seatrial.runtime import SYSTEM, Runtime
from seatrial.sign_in_program import SignInProgram, run_sign_in
from seatrial.timed_connections import limit_whole_requests

VARIABLES = "SEATRIAL_CLUSTER__CONTEXT, KUBECONTEXT= with make"


def load_context(kubeconfig: str, context: str, sign_in: SignInProgram = run_sign_in) -> client.ApiClient:
    """Return a client for a context, which never repeats a request by itself.

    Raises UsageError if the context cannot be loaded, or the program that signs in fails, and OutsideError
    if that does not end in time.
    """
    # The connection pool takes this setting when it is made.
    settings = client.Configuration(retries=False)
    try:
        merged = KubeConfigMerger(kubeconfig or config.KUBE_CONFIG_DEFAULT_LOCATION)  # type: ignore[no-untyped-call]
        if merged.config is None:
            raise config.ConfigException("there is no kubeconfig")
        loader = SignInLoader(merged.config, program=sign_in, active_context=context, config_base_path=None)
        loader.load_and_set(settings)  # type: ignore[no-untyped-call]
        api = client.ApiClient(configuration=settings)
    except (config.ConfigException, OSError, yaml.YAMLError, TypeError, ValueError) as error:
        what = " ".join(str(error).split())[:200]
        raise UsageError(f"context {context}: {what}", _fix(kubeconfig)) from error
    return api


def _fix(kubeconfig: str) -> str:
    """Return how a context is had: a local cloud has a kubeconfig of its own."""
    own = "add it to your kubeconfig (AKS: az aks get-credentials)"
    return f"{'make cloud' if kubeconfig else own}, or set another: {VARIABLES}"


def connect(
    kubeconfig: str,
    context: str,
    cache: Path,
    patience: float = PATIENCE_SECONDS,
    runtime: Runtime = SYSTEM,
    sign_in: SignInProgram = run_sign_in,
) -> Cluster:
    """Return the cluster of a context without sending a request.

    An empty `kubeconfig` is the user's default file. `cache` is the file for the API server's list of
    kinds. Raises UsageError if `context` is empty or cannot be loaded; the file's current context is
    never used.
    """
    if not context:
        raise UsageError("cluster.context is not set", f"make cloud, or set it: {VARIABLES}")
    api = load_context(kubeconfig, context, sign_in)
    _limit_requests(api.rest_client)
    cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def dynamic_client() -> DynamicClient:
        return DynamicClient(api, cache_file=str(cache))  # type: ignore[no-untyped-call]

    return KubernetesCluster(
        dynamic_client, f"cluster {context}", patience, runtime, kubectl(kubeconfig, context)
    )


def _limit_requests(rest_client: Any) -> None:
    limit_whole_requests(rest_client.pool_manager)
    send = rest_client.request

    def request(*words: Any, _request_timeout: float | None = None, **options: Any) -> Any:
        # The discovery of the API server's kinds sets no timeout.
        return send(*words, _request_timeout=_request_timeout or REQUEST_SECONDS, **options)

    rest_client.request = request
