"""The door to the cluster: bad input and silence are one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError, UsageError
from seatrial.kube.client import UnreachableError
from seatrial.kube.connect import connect

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: hush-hush}}]
contexts: [{name: nowhere, context: {cluster: c, user: u}}]
"""


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    """A kubeconfig whose cluster does not answer."""
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    return str(tmp_path / "kubeconfig")


def test_the_users_current_context_is_never_guessed(kubeconfig: str, tmp_path: Path) -> None:
    """Without a context nothing is released, whatever the user's own current one is."""
    with pytest.raises(UsageError, match="no cluster is named"):
        connect(kubeconfig, "", tmp_path / "cache")


@pytest.mark.parametrize("name", ["kubeconfig", "missing"])
def test_an_unknown_context_or_file_is_wrong_usage(kubeconfig: str, tmp_path: Path, name: str) -> None:
    """A context that is not there, or no kubeconfig at all, is wrong usage that names the context."""
    with pytest.raises(UsageError, match="context other"):
        connect(str(tmp_path / name), "other", tmp_path / "cache")


BAD_KEY = KUBECONFIG.replace("http:", "https:").replace(
    "token: hush-hush", "client-certificate-data: x, client-key-data: x"
)


@pytest.mark.parametrize("text", ["clusters: [c", "just text", "- a list", BAD_KEY])
def test_a_broken_kubeconfig_is_wrong_usage(tmp_path: Path, text: str) -> None:
    """A file that is no kubeconfig is told in one line, whatever the client makes of it."""
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(UsageError, match="context nowhere") as caught:
        connect(str(tmp_path / "kubeconfig"), "nowhere", tmp_path / "cache")
    assert "\n" not in caught.value.message


def test_a_silent_cluster_is_given_up_after_a_while(kubeconfig: str, tmp_path: Path) -> None:
    """A cluster that does not answer is named in one line, once patience has ended, without the token."""
    cluster = connect(kubeconfig, "nowhere", tmp_path / "cache" / "c.json", patience=1)
    with pytest.raises(UnreachableError, match="cluster nowhere does not answer") as caught:
        cluster.get("ConfigMap", "release-1", "trial")
    assert isinstance(caught.value, OutsideError)
    assert "\n" not in caught.value.message
    assert "hush-hush" not in str(caught.value)
