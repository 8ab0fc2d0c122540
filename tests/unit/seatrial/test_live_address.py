"""The host of an environment, with scheme and port."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.settings import load
from seatrial.workspace import Workspace
from unit.seatrial.settings_texts import STAGING


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout without a local cloud."""
    (tmp_path / "seatrial.toml").write_text(STAGING)
    return Workspace(tmp_path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a.example.com", ("a.example.com", "http", 0, "http://a.example.com")),
        ("a.example.com:8080", ("a.example.com", "http", 8080, "http://a.example.com:8080")),
        ("https://a.example.com", ("a.example.com", "https", 0, "https://a.example.com")),
        ("https://A.example.com:8443/", ("a.example.com", "https", 8443, "https://a.example.com:8443")),
    ],
)
def test_a_host_may_have_a_scheme_and_a_port(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, given: str, expected: tuple[str, str, int, str]
) -> None:
    """HOST=https://name[:port] is the whole live address; a plain name is http on its default port."""
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__HOST", given)
    found = load(workspace).environment("staging")
    assert (found.host, found.scheme, found.port, found.url) == expected


@pytest.mark.parametrize(
    "given", ["https://a/path", "ftp://a.b", "https://me:secret@a.b", "a b", "https://", "a.b:x", "a.b?q"]
)
def test_what_is_no_host_is_refused_in_one_line(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """The error names the setting and what is expected, and repeats no password."""
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__HOST", given)
    with pytest.raises(UsageError, match=r"environments\.staging.*https://NAME\[:PORT\]") as caught:
        load(workspace)
    assert "secret" not in caught.value.message


def test_a_host_for_an_unknown_environment_is_an_unknown_environment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make deploy ENV=prod HOST=…` names the environment that does not exist, not a missing setting."""
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__PROD__HOST", "a.example.com")
    with pytest.raises(UsageError, match="environment prod"):
        load(workspace)
