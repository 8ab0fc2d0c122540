"""The registry's word, and what it is worth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import find_credentials
from seatrial.image.registry import RegistryClient, digest_of, parse_manifest
from seatrial.settings import Registry

RAW = json.dumps({"config": {"digest": "sha256:c"}, "layers": [{"digest": "sha256:l", "size": 5}]}).encode()


def test_manifest_is_read() -> None:
    """Digest by our own sum, config and layers as it says."""
    found = parse_manifest(RAW, digest_of(RAW))
    assert (found.digest, found.config, found.layers) == (digest_of(RAW), "sha256:c", (("sha256:l", 5),))


def test_other_bytes_than_asked_for_are_refused() -> None:
    """A registry that answers with something else is not believed."""
    with pytest.raises(RefusedError, match="other bytes"):
        parse_manifest(RAW, f"sha256:{'0' * 64}")


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"manifests": []}', b"<html>", b"[]"])
def test_what_is_no_single_image_is_refused(raw: bytes) -> None:
    """An index of several images, or no manifest at all, cannot be released."""
    with pytest.raises(RefusedError, match="not one image"):
        parse_manifest(raw, "tag")


def test_without_an_address_there_is_no_registry() -> None:
    """The setting is named, and how to give it."""
    with pytest.raises(UsageError, match=r"registry\.address"):
        RegistryClient(Registry())


def test_registry_that_does_not_answer(tmp_path: Path) -> None:
    """An address where nobody listens is told within seconds."""
    registry = Registry(address="127.0.0.1:9", insecure=True, config_dir=str(tmp_path))
    with pytest.raises(OutsideError, match=r"127\.0\.0\.1:9 does not answer"):
        RegistryClient(registry).manifest("app", "tag")


def test_broken_credentials_file_is_wrong_usage(tmp_path: Path) -> None:
    """A config.json that is none is named by its setting, its content is not shown."""
    (tmp_path / "config.json").write_text('{"auths": {"r:5000": {"auth": "registry-word"}}}')
    with pytest.raises(UsageError, match="cannot be read") as error:
        find_credentials(Registry(address="r:5000", config_dir=str(tmp_path)))
    assert "registry-word" not in error.value.message + error.value.hint


def test_no_file_means_nobody(tmp_path: Path) -> None:
    """Without credentials the caller is anonymous, and shows no password."""
    found = find_credentials(Registry(address="r:5000", config_dir=str(tmp_path)))
    assert (found.user, found.secrets) == ("", ())
