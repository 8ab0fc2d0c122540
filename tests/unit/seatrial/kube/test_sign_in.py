"""A sign-in program of a kubeconfig that is missing or fails ends in one line, before any request."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from seatrial.errors import UsageError
from seatrial.kube.connect import connect

TOKEN = "secret-token-of-the-program"


def sign_in(folder: Path, command: str, *arguments: str) -> UsageError:
    """Return the error of a context whose user signs in with a command."""
    program = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": command,
        "args": list(arguments),
        "interactiveMode": "Never",
    }
    document = {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "u", "user": {"exec": program}}],
        "contexts": [{"name": "aks", "context": {"cluster": "c", "user": "u"}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(document))
    with pytest.raises(UsageError, match="context aks") as raised:
        connect(str(folder / "kubeconfig"), "aks", folder / "cache")
    return raised.value


@pytest.mark.parametrize(
    ("program", "fix"), [("kubelogin", "az aks install-cli"), ("no-such-program", "install no-such-program")]
)
def test_a_missing_program_is_named_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, fix: str
) -> None:
    """Anonymous requests would be refused later, or the cluster be called unreachable."""
    monkeypatch.setenv("PATH", str(tmp_path))
    error = sign_in(tmp_path, program, "get-token")
    assert f"{program}, with which the kubeconfig signs in, is not installed" in error.message
    assert fix in error.hint


@pytest.mark.parametrize(
    ("script", "shown", "fix"),
    [
        (f"echo 'AADSTS700024: expired, {TOKEN}' >&2; exit 1", "(AADSTS700024)", "sign in again"),
        (f"echo '{TOKEN}' >&2; exit 1", "sh, with which the kubeconfig signs in, failed", "by hand"),
        (f"echo '{TOKEN}'", "printed no credentials", "update sh"),
        ("echo '{}'", "printed no credentials", "update sh"),
    ],
)
def test_a_program_that_fails_is_an_error_without_its_output(
    tmp_path: Path, script: str, shown: str, fix: str
) -> None:
    """The code of Entra ID is shown with its fix, and nothing else that was printed."""
    error = sign_in(tmp_path, "/bin/sh", "-c", script)
    assert shown in error.message
    assert fix in error.hint
    assert TOKEN not in error.line
