"""Manifests and configs of a registry, and its credentials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import find_credentials
from seatrial.image.registry import RegistryClient, digest_of, parse_manifest
from seatrial.settings import Registry

RAW = json.dumps({"config": {"digest": "sha256:c"}, "layers": [{"digest": "sha256:l", "size": 5}]}).encode()


def test_a_manifest_is_parsed() -> None:
    """The digest is computed from the bytes; config and layers are read."""
    found = parse_manifest(RAW, digest_of(RAW))
    assert (found.digest, found.config, found.layers) == (digest_of(RAW), "sha256:c", (("sha256:l", 5),))


def test_content_that_does_not_match_the_digest_is_refused() -> None:
    """The content is hashed, not trusted."""
    with pytest.raises(RefusedError, match="returned content that is not"):
        parse_manifest(RAW, f"sha256:{'0' * 64}")


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"manifests": []}', b"<html>", b"[]"])
def test_anything_but_the_manifest_of_one_image_is_refused(raw: bytes) -> None:
    """An index of several images, or other content, is refused."""
    with pytest.raises(RefusedError, match="not the manifest of a single image"):
        parse_manifest(raw, "tag")


def test_a_missing_address_names_the_setting() -> None:
    """Without registry.address the error names the setting."""
    with pytest.raises(UsageError, match=r"registry\.address"):
        RegistryClient(Registry())


def test_an_unreachable_registry_is_an_error(tmp_path: Path) -> None:
    """A refused connection ends in one line with the address."""
    registry = Registry(address="127.0.0.1:9", insecure=True, config_dir=str(tmp_path))
    with pytest.raises(OutsideError, match=r"127\.0\.0\.1:9 does not answer"):
        RegistryClient(registry).manifest("app", "tag")


def test_a_broken_credentials_file_is_wrong_usage(tmp_path: Path) -> None:
    """A config.json that cannot be read is an error that does not show its content."""
    (tmp_path / "config.json").write_text('{"auths": {"r:5000": {"auth": "registry-word"}}}')
    with pytest.raises(UsageError, match="cannot be read") as error:
        find_credentials(Registry(address="r:5000", config_dir=str(tmp_path)))
    assert "registry-word" not in error.value.message + error.value.hint


def test_without_a_credentials_file_access_is_anonymous(tmp_path: Path) -> None:
    """No config.json means no user and no secrets."""
    found = find_credentials(Registry(address="r:5000", config_dir=str(tmp_path)))
    assert (found.user, found.secrets) == ("", ())
