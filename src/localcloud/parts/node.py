"""Commands in the cluster's node. Its own kubectl always has the cluster's version."""

from __future__ import annotations

import json
from typing import Any

from docker.models.containers import Container

from localcloud import containers
from localcloud.errors import LocalcloudError
from localcloud.process import tail

ADMIN_KUBECONFIG = "/etc/kubernetes/admin.conf"
MANIFEST = "/kind/localcloud.yaml"
SHOWN_CHARACTERS = 60


def kubectl(node: Container, *words: str) -> str:
    """Run the node's kubectl as administrator, 10 s per request; raise LocalcloudError if it fails."""
    return run(node, "kubectl", f"--kubeconfig={ADMIN_KUBECONFIG}", "--request-timeout=10s", *words)


def run(node: Container, *words: str) -> str:
    """Run a command in the node and return its output; raise LocalcloudError with its stderr if it fails."""
    code, (out, error) = node.exec_run(list(words), demux=True)
    if code:
        shown = " ".join(word for word in words if not word.startswith("--"))[:SHOWN_CHARACTERS]
        raise LocalcloudError(
            f"{shown} exited with {code} in {node.name}",
            f"run docker exec {node.name} journalctl -u kubelet for more",
            tail((error or b"").decode(errors="replace")),
        )
    return (out or b"").decode()


def get(node: Container, *words: str) -> dict[str, Any]:
    """Return the output of `kubectl get … -o json`."""
    document: dict[str, Any] = json.loads(kubectl(node, "get", *words, "-o", "json"))
    return document


def apply(node: Container, manifest: str) -> None:
    """Apply a manifest on the server side."""
    containers.put_files(node, [containers.ContainerFile(MANIFEST, manifest)], owner=0)
    kubectl(node, "apply", "--server-side", "--force-conflicts", "-f", MANIFEST)


def ready(node: Container) -> bool:
    """Return whether the node is Ready and its API server responds."""
    return spec_of(node) is not None


def spec_of(node: Container) -> str | None:
    """Return the digest of the configuration that a Ready node was created from; None if it is not Ready."""
    try:
        found = get(node, "nodes")["items"][0]
    except (LocalcloudError, IndexError):
        return None
    conditions = found["status"].get("conditions", [])
    if not any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
        return None
    return str(found["metadata"]["labels"].get("seatrial.io/spec", ""))


def exists(node: Container, path: str) -> bool:
    """Return whether a path exists in the node."""
    return bool(node.exec_run(["test", "-e", path]).exit_code == 0)


def read(node: Container, path: str) -> str | None:
    """Return the content of a file in the node, or None if it cannot be read."""
    code, output = node.exec_run(["cat", path])
    return output.decode(errors="replace") if code == 0 else None
