"""A sign-in program of a kubeconfig that is missing or fails ends in one line, before any request."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from seatrial.errors import UsageError
from seatrial.kube.connect import connect, load_context
from seatrial.kube.protocol import UnreachableError

TOKEN = "secret-token-of-the-program"


def sign_in(folder: Path, command: str, *arguments: str) -> UsageError:
    """Return the error of a context whose user signs in with a command."""
    program = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": command,
        "args": list(arguments),
        "interactiveMode": "Never",
    }
    with pytest.raises(UsageError, match="context aks") as raised:
        connect(write_kubeconfig(folder, {"exec": program}), "aks", folder / "cache")
    return raised.value


def write_kubeconfig(folder: Path, user: object) -> str:
    """Write a kubeconfig with the context `aks` of a user, and return its path."""
    document = {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "aks", "context": {"cluster": "c", "user": "u"}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(document))
    return str(folder / "kubeconfig")


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


ONCE = """
echo "$VARIABLE $KUBERNETES_EXEC_INFO" >> {seen}
[ "$(wc -l < {seen})" = 1 ] || exit 1
echo '{{"apiVersion": "{api}", "kind": "ExecCredential", "status": {status}}}'
"""
API = "client.authentication.k8s.io/v1beta1"


def program_of(folder: Path, status: str, **options: object) -> dict[str, object]:
    """Return the user of a program that prints a status at its first start, and fails afterwards."""
    script = ONCE.format(seen=folder / "seen", api=API, status=status)
    variables = [{"name": "VARIABLE", "value": "of-the-kubeconfig"}]
    program = {"apiVersion": API, "command": "/bin/sh", "args": ["-c", script], "env": variables}
    return {"exec": {**program, **options}}


def test_the_token_of_a_program_is_sent(tmp_path: Path) -> None:
    """The program gets the variables of the kubeconfig, and no terminal."""
    user = program_of(tmp_path, f'{{"token": "{TOKEN}"}}')
    api = load_context(write_kubeconfig(tmp_path, user), "aks")
    assert api.configuration.get_api_key_with_prefix("BearerToken") == f"Bearer {TOKEN}"
    variable, _, info = (tmp_path / "seen").read_text().partition(" ")
    assert variable == "of-the-kubeconfig"
    assert json.loads(info)["spec"] == {"interactive": False}


def test_the_certificate_of_a_program_is_used(tmp_path: Path) -> None:
    """A program may return a client certificate instead of a token."""
    user = program_of(tmp_path, '{"clientCertificateData": "a", "clientKeyData": "b"}')
    found = load_context(write_kubeconfig(tmp_path, user), "aks").configuration
    assert [Path(file).read_text() for file in (found.cert_file, found.key_file)] == ["a", "b"]


def test_a_token_that_cannot_be_renewed_is_a_failure_of_the_network(tmp_path: Path) -> None:
    """The request is repeated as after any other failure, and the error names the program, not a refusal."""
    user = program_of(tmp_path, f'{{"token": "{TOKEN}", "expirationTimestamp": "2020-01-01T00:00:00Z"}}')
    api = load_context(write_kubeconfig(tmp_path, user), "aks")
    with pytest.raises(UnreachableError, match="context aks: sh, with which"):
        api.configuration.get_api_key_with_prefix("BearerToken")


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        (lambda folder: program_of(folder, "{}", interactiveMode="Always"), "read from a terminal"),
        (lambda _: {"auth-provider": {"name": "gcp", "config": {"cmd-path": "/bin/gcloud"}}}, "cmd-path"),
    ],
)
def test_what_would_wait_without_end_is_refused(
    tmp_path: Path, user: Callable[[Path], object], shown: str
) -> None:
    """A program that must read from a terminal, and one that the library starts itself, are not started."""
    with pytest.raises(UsageError, match=shown) as raised:
        load_context(write_kubeconfig(tmp_path, user(tmp_path)), "aks")
    assert raised.value.hint
    assert not (tmp_path / "seen").exists()
