"""The fix of a context that cannot be loaded: it depends on whose kubeconfig it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from kubernetes import config

from seatrial.errors import UsageError
from seatrial.kube.connect import load_context


@pytest.fixture
def missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubeconfig that does not exist, also as the person's own."""
    path = tmp_path / "kubeconfig"
    monkeypatch.setattr(config.kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(path))
    monkeypatch.setattr(config, "KUBE_CONFIG_DEFAULT_LOCATION", str(path), raising=False)
    return path


def test_a_cluster_elsewhere_is_added_to_the_kubeconfig(missing: Path) -> None:
    """A local cloud would replace the settings that name it."""
    with pytest.raises(UsageError, match="context aks: there is no kubeconfig") as raised:
        load_context("", "aks")
    assert raised.value.hint.startswith(
        "add it to your kubeconfig (AKS: az aks get-credentials), or set another"
    )


def test_the_cluster_of_a_local_cloud_is_made(missing: Path) -> None:
    """Its kubeconfig is named by the settings."""
    with pytest.raises(UsageError) as raised:
        load_context(str(missing), "kind-dev")
    assert raised.value.hint.startswith("make cloud, or set another")
