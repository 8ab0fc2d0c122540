"""Connecting to a cluster: each error is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError, UsageError
from seatrial.kube.connect import connect
from seatrial.kube.protocol import UnreachableError
from virtual_runtime import VirtualRuntime

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: hush-hush}}]
contexts: [{name: nowhere, context: {cluster: c, user: u}}]
"""


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    """A kubeconfig whose cluster does not respond."""
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    return str(tmp_path / "kubeconfig")


def test_the_current_context_is_not_used(kubeconfig: str, tmp_path: Path) -> None:
    """Without a context, `connect` refuses instead of taking the kubeconfig's current one."""
    with pytest.raises(UsageError, match="KUBECONTEXT is not set"):
        connect(kubeconfig, "", tmp_path / "cache")


@pytest.mark.parametrize("name", ["kubeconfig", "missing"])
def test_an_unknown_context_or_file_is_a_usage_error(kubeconfig: str, tmp_path: Path, name: str) -> None:
    """A missing context or kubeconfig is a UsageError that names the context."""
    with pytest.raises(UsageError, match="context other"):
        connect(str(tmp_path / name), "other", tmp_path / "cache")


BAD_KEY = KUBECONFIG.replace("http:", "https:").replace(
    "token: hush-hush", "client-certificate-data: x, client-key-data: x"
)


@pytest.mark.parametrize("text", ["clusters: [c", "just text", "- a list", BAD_KEY])
def test_an_invalid_kubeconfig_is_a_usage_error(tmp_path: Path, text: str) -> None:
    """An invalid kubeconfig is a UsageError of one line."""
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(UsageError, match="context nowhere") as caught:
        connect(str(tmp_path / "kubeconfig"), "nowhere", tmp_path / "cache")
    assert "\n" not in caught.value.message


def test_an_unreachable_cluster_is_an_error_when_the_patience_ends(
    kubeconfig: str, tmp_path: Path, runtime: VirtualRuntime
) -> None:
    """Requests are repeated for the patience; the error names the cluster in one line, without the token."""
    cluster = connect(kubeconfig, "nowhere", tmp_path / "cache" / "c.json", patience=30, runtime=runtime)
    with pytest.raises(UnreachableError, match="cluster nowhere does not respond") as caught:
        cluster.get("ConfigMap", "release-1", "trial")
    assert 30 <= runtime.monotonic() <= 31
    assert isinstance(caught.value, OutsideError)
    assert "\n" not in caught.value.message
    assert "hush-hush" not in str(caught.value)
