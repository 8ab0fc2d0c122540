"""Connecting to the cluster of a kubeconfig context."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError, UsageError
from seatrial.kube import connect as module
from seatrial.kube.connect import connect
from seatrial.kube.protocol import UnreachableError
from slow_server import SLOW_RESPONSES, SlowResponse, slow_server
from stub_api_server import kubeconfig
from virtual_runtime import VirtualRuntime


@pytest.fixture
def unreachable(tmp_path: Path) -> str:
    """A kubeconfig whose API server does not accept connections."""
    (tmp_path / "unreachable").write_text(kubeconfig("http://127.0.0.1:1"))
    return str(tmp_path / "unreachable")


def test_the_current_context_is_not_used(unreachable: str, tmp_path: Path) -> None:
    """Without a context, `connect` refuses instead of using the current one; the hint has both forms."""
    with pytest.raises(UsageError, match=r"cluster\.context is not set") as caught:
        connect(unreachable, "", tmp_path / "cache")
    assert "SEATRIAL_CLUSTER__CONTEXT" in caught.value.hint
    assert "KUBECONTEXT= with make" in caught.value.hint


@pytest.mark.parametrize("name", ["unreachable", "missing"])
def test_an_unknown_context_or_file_is_a_usage_error(unreachable: str, tmp_path: Path, name: str) -> None:
    """A missing context or kubeconfig is a UsageError that names the context."""
    with pytest.raises(UsageError, match="context other"):
        connect(str(tmp_path / name), "other", tmp_path / "cache")


BAD_KEY = kubeconfig("https://127.0.0.1:1").replace(
    "token: secret-token", "client-certificate-data: x, client-key-data: x"
)


@pytest.mark.parametrize("text", ["clusters: [c", "just text", "- a list", BAD_KEY])
def test_an_invalid_kubeconfig_is_a_usage_error(tmp_path: Path, text: str) -> None:
    """An invalid kubeconfig is a UsageError of one line."""
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(UsageError, match="context stub") as caught:
        connect(str(tmp_path / "kubeconfig"), "stub", tmp_path / "cache")
    assert "\n" not in caught.value.message


def test_an_unreachable_cluster_is_an_error_when_the_patience_ends(
    unreachable: str, tmp_path: Path, runtime: VirtualRuntime
) -> None:
    """The error names the cluster in one line, without the token."""
    cluster = connect(unreachable, "stub", tmp_path / "cache" / "c.json", patience=30, runtime=runtime)
    with pytest.raises(UnreachableError, match="cluster stub does not respond") as caught:
        cluster.get("ConfigMap", "release-1", "trial")
    assert 30 <= runtime.monotonic() <= 31
    assert isinstance(caught.value, OutsideError)
    assert "\n" not in caught.value.message
    assert "secret-token" not in str(caught.value)


def test_people_see_at_once_that_a_cluster_does_not_respond(
    unreachable: str, tmp_path: Path, runtime: VirtualRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line has the reason and how long it is asked again; without patience the error is enough."""
    for patience in (30, 0):
        cluster = connect(unreachable, "stub", tmp_path / "cache" / "c.json", patience, runtime)
        with pytest.raises(UnreachableError):
            cluster.get("ConfigMap", "release-1", "trial")
    (line,) = capsys.readouterr().err.splitlines()
    assert "it refuses connections): it is asked again for 30 s" in line


@pytest.mark.parametrize("response", SLOW_RESPONSES, ids=str)
def test_a_slow_api_server_does_not_respond(
    response: SlowResponse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request has a deadline for the whole response, the discovery of the kinds too."""
    monkeypatch.setattr(module, "REQUEST_SECONDS", 0.4)
    with slow_server(response) as server:
        (tmp_path / "slow").write_text(kubeconfig(f"http://127.0.0.1:{server.port}"))
        cluster = connect(str(tmp_path / "slow"), "stub", tmp_path / "cache" / "c.json", patience=0)
        with pytest.raises(UnreachableError, match="does not respond"):
            cluster.get("ConfigMap", "release-1", "trial")
