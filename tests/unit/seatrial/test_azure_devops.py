"""The address of a repository in Azure Repos, and who signs in to Azure DevOps."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from seatrial.azure_devops import AzureDevOps, authorization, azure_address
from seatrial.errors import OutsideError, UsageError
from seatrial.http_client import NewConnections

TRIAL = "https://dev.azure.com/fabrikam/Sea%20trial/_git/classifier"
OLD = "https://fabrikam.visualstudio.com"


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        (TRIAL, TRIAL),
        ("https://fabrikam@dev.azure.com/fabrikam/Sea%20trial/_git/classifier", TRIAL),
        ("https://ada:secret@dev.azure.com/fabrikam/Sea%20trial/_git/_optimized/classifier/", TRIAL),
        ("git@ssh.dev.azure.com:v3/fabrikam/Sea%20trial/classifier", TRIAL),
        ("ssh://git@ssh.dev.azure.com:22/v3/fabrikam/Sea%20trial/classifier", TRIAL),
        ("fabrikam@vs-ssh.visualstudio.com:v3/fabrikam/Sea%20trial/classifier", TRIAL),
        ("https://dev.azure.com/fabrikam/_git/trial", "https://dev.azure.com/fabrikam/trial/_git/trial"),
        (f"{OLD}/_git/trial", f"{OLD}/trial/_git/trial"),
        (f"{OLD}/DefaultCollection/_git/trial", f"{OLD}/DefaultCollection/trial/_git/trial"),
        (f"{OLD}/DefaultCollection/Sea/_git/trial", f"{OLD}/DefaultCollection/Sea/_git/trial"),
        (
            "https://tfs.example.com/tfs/Main/Sea/_git/trial",
            "https://tfs.example.com/tfs/Main/Sea/_git/trial",
        ),
        ("https://github.com/owner/name.git", None),
        ("git@github.com:owner/name.git", None),
        ("http://dev.azure.com/fabrikam/trial/_git/trial", None),
        ("https://dev.azure.com.evil.test@evil.test/x/_git/y?z", None),
        ("/srv/git/origin.git", None),
        ("", None),
    ],
)
def test_the_address_is_read_from_every_form_of_a_remote(remote: str, address: str | None) -> None:
    """Without user and password; only https, so that no token is readable on its way."""
    assert azure_address(remote) == address


def test_a_personal_access_token_is_used_outside_of_azure_pipelines() -> None:
    """In the variable that the extension of `az` reads too."""
    assert authorization(TRIAL, {"AZURE_DEVOPS_EXT_PAT": "pat"}) == "Basic OnBhdA=="


def test_on_a_laptop_the_token_is_that_of_az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for az records its arguments: the resource is Azure DevOps."""
    (tmp_path / "az").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\necho token-of-az\n')
    (tmp_path / "az").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert authorization(TRIAL, {}) == "Bearer token-of-az"
    words = (tmp_path / "words").read_text()
    assert words.startswith("account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 ")


@pytest.mark.parametrize(
    "host", ["tfs.example.com", "dev.azure.com.example.com", "visualstudio.com", "x.visualstudio.com.example"]
)
def test_another_server_gets_no_token_of_az(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could use the token at Azure DevOps Services; a server of one's own has personal tokens."""
    (tmp_path / "az").write_text("#!/bin/sh\necho token-of-az\n")
    (tmp_path / "az").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UsageError, match=f"{host} is not Azure DevOps Services") as raised:
        authorization(f"https://{host}/tfs/Main/_git/trial", {})
    assert "AZURE_DEVOPS_EXT_PAT" in raised.value.hint


def test_without_any_token_the_error_has_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a laptop az, in a pipeline the token of the run."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OutsideError, match="no token for Azure DevOps: az is not installed") as raised:
        authorization(TRIAL, {})
    assert "az login" in raised.value.hint
    assert "SYSTEM_ACCESSTOKEN" in raised.value.hint


def test_why_it_does_not_respond_is_in_words() -> None:
    """Not as the library's exception; the fix is that of the network."""
    api = AzureDevOps("https://127.0.0.1:1/o/_apis", "Basic x", "sign in", NewConnections())
    with pytest.raises(
        OutsideError, match=r"^Azure DevOps does not respond: it refuses connections$"
    ) as raised:
        api.request("GET", "x", TypeAdapter(object))
    assert raised.value.hint == "check the address and the port, and that it runs"
