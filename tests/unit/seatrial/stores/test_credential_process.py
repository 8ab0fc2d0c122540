"""The program with which an AWS profile signs in, directly and as the source of a role."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.settings import Store
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import StoreAccessError, StoreUnreachableError

PROFILES = {
    "direct": "[default]\nregion = eu-west-1\n",
    "source": "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/x\n"
    "source_profile = base\n[profile base]\n",
}


@pytest.fixture(params=PROFILES)
def program(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program of the profile, which the test writes."""
    path = tmp_path / "aws-sign-in"
    (tmp_path / "config").write_text(f"{PROFILES[request.param]}credential_process = {path}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return path


def read(program: Path, script: str) -> object:
    """Read from a store whose program runs a script."""
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return open_store(Store(url="s3://bucket/models", timeout_seconds=2)).read("key")


def test_a_program_that_hangs_ends_at_the_deadline(program: Path) -> None:
    """The error names it, and where it stands."""
    with pytest.raises(StoreUnreachableError, match=r"aws-sign-in, .* did not answer in 1 s") as raised:
        read(program, "exec sleep 60")
    assert "~/.aws/config" in raised.value.hint


@pytest.mark.parametrize("printed", ["not JSON", "[]", ""])
def test_what_is_no_credential_is_one_line(program: Path, printed: str) -> None:
    """Its text is not part of the error: it may contain a key."""
    with pytest.raises(StoreAccessError, match="printed no credentials") as raised:
        read(program, f"echo '{printed}'")
    assert "not JSON" not in str(raised.value)
