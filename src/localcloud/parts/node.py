"""The cluster's node, spoken to from inside: its own kubectl is always of the right version."""

from __future__ import annotations

import json
from typing import Any

from docker.models.containers import Container

from localcloud import containers
from localcloud.errors import LocalcloudError
from localcloud.process import tail

ADMIN = "/etc/kubernetes/admin.conf"


def kubectl(node: Container, *words: str) -> str:
    """Run the node's kubectl as administrator (10 s a request); raises LocalcloudError with what it said."""
    return run(node, "kubectl", f"--kubeconfig={ADMIN}", "--request-timeout=10s", *words)


def run(node: Container, *words: str) -> str:
    """Run a command in the node; raises LocalcloudError with what it said where it fails."""
    code, (out, error) = node.exec_run(list(words), demux=True)
    if code:
        shown = " ".join(word for word in words if not word.startswith("--"))[:60]
        raise LocalcloudError(
            f"{shown} ended with {code} in {node.name}",
            f"docker exec {node.name} journalctl -u kubelet shows more",
            tail((error or b"").decode(errors="replace")),
        )
    return (out or b"").decode()


def get(node: Container, *words: str) -> dict[str, Any]:
    """Return what `kubectl get … -o json` says."""
    document: dict[str, Any] = json.loads(kubectl(node, "get", *words, "-o", "json"))
    return document


def apply(node: Container, manifest: str) -> None:
    """Apply a manifest."""
    path = "/kind/localcloud.yaml"
    containers.put(node, [containers.File(path, manifest)], owner=0)
    kubectl(node, "apply", "--server-side", "--force-conflicts", "-f", path)


def ready(node: Container) -> bool:
    """Say whether the node is Ready and its API answers."""
    return spec_of(node) is not None


def spec_of(node: Container) -> str | None:
    """Return the digest of the configuration that a Ready node was made from; None where it is not Ready."""
    try:
        found = get(node, "nodes")["items"][0]
    except (LocalcloudError, IndexError):
        return None
    conditions = found["status"].get("conditions", [])
    if not any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
        return None
    return str(found["metadata"]["labels"].get("seatrial.io/spec", ""))


def exists(node: Container, path: str) -> bool:
    """Say whether the node has a file."""
    return bool(node.exec_run(["test", "-e", path]).exit_code == 0)
