"""The base image: its name and registry, and the digest that pins it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_server import RegistryServer, digest_of
from seatrial.errors import OutsideError, RefusedError, SeatrialError, UsageError
from seatrial.image.base import parse_base, registry_of_base
from seatrial.image.base_lock import lock_base
from seatrial.settings import Registry

DIGEST = f"sha256:{'a' * 64}"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
AMD64 = {"platform": {"os": "linux", "architecture": "amd64"}, "digest": DIGEST}
ARM64 = {"platform": {"os": "linux", "architecture": "arm64"}, "digest": DIGEST}
TOML = """# All settings.
[image]
base = "{base}" # the base
budget_mb = 300
"""


def put_index(server: RegistryServer, document: object, tag: str = "3.13") -> str:
    """Put an index, or other JSON, under a tag of the repository `base`; return its digest."""
    content = json.dumps(document).encode()
    server.manifests["base", digest_of(content)] = OCI_INDEX, content
    server.tags["base", tag] = digest_of(content)
    return digest_of(content)


@pytest.fixture
def toml(server: RegistryServer, tmp_path: Path) -> Path:
    """A seatrial.toml whose base image is in the registry, not pinned."""
    path = tmp_path / "seatrial.toml"
    path.write_text(TOML.format(base=f"{server.address}/base:3.13"))
    return path


@pytest.mark.parametrize(
    ("name", "registry", "repository", "tag"),
    [
        ("python:3.13", "registry-1.docker.io", "library/python", "3.13"),
        ("docker.io/python:3.13", "registry-1.docker.io", "library/python", "3.13"),
        ("someone/python:3.13", "registry-1.docker.io", "someone/python", "3.13"),
        ("mcr.microsoft.com/a/b:1", "mcr.microsoft.com", "a/b", "1"),
        ("127.0.0.1:5055/base:1", "127.0.0.1:5055", "base", "1"),
        ("localhost/base:1", "localhost", "base", "1"),
    ],
)
def test_the_registry_of_a_name(name: str, registry: str, repository: str, tag: str) -> None:
    """A name without a host is one of Docker Hub, as for Docker."""
    found = parse_base(name).reference
    assert (found.registry, found.repository, found.tag) == (registry, repository, tag)


@pytest.mark.parametrize(
    "text", ["", "@", f"@{DIGEST}", "python:3@", "python:3@sha256:1", f"python:3@{DIGEST}x"]
)
def test_a_base_image_without_a_valid_digest_is_wrong_usage(text: str) -> None:
    """The error shows the format."""
    with pytest.raises(UsageError, match="no valid digest") as caught:
        parse_base(text)
    assert "name:tag@sha256" in caught.value.hint


def test_a_base_image_without_a_tag_cannot_be_pinned() -> None:
    """There is no default tag."""
    with pytest.raises(UsageError, match="no valid name with a tag"):
        _ = parse_base("python").reference


@settings(database=None, max_examples=200, deadline=None)
@given(
    text=st.text(max_size=30) | st.from_regex(r"[a-z./:]{1,20}(@sha256:[a-f0-9]{60,66})?\n?", fullmatch=True)
)
def test_any_name_is_parsed_or_wrong_usage(text: str) -> None:
    """A setting with any content has a reference, or is a documented error."""
    try:
        found = parse_base(text).reference
    except UsageError:
        return
    assert found.tag


def test_only_loopback_and_the_configured_registry_may_be_insecure() -> None:
    """Another registry is asked by HTTPS."""
    configured = Registry(address="own.test", insecure=True)
    names = {
        "own.test/b:1": True,
        "127.0.0.1:5/b:1": True,
        "localhost:5/b:1": True,
        "127.evil.test/b:1": False,
    }
    found = {name: registry_of_base(parse_base(name).reference, configured).insecure for name in names}
    assert found == names


@pytest.mark.parametrize("manifests", [[AMD64], [ARM64, AMD64], [{"digest": DIGEST}, AMD64]])
def test_the_digest_of_the_index_is_written(
    server: RegistryServer, toml: Path, manifests: list[object]
) -> None:
    """Only the base image changes in seatrial.toml, and a second run changes nothing."""
    digest = put_index(server, {"schemaVersion": 2, "manifests": manifests})
    pinned = lock_base(toml, server.settings)
    expected = f"{server.address}/base:3.13@{digest}"
    assert (str(pinned), pinned.state) == (expected, "pinned")
    assert toml.read_text() == TOML.format(base=expected)
    before = toml.stat()
    assert lock_base(toml, server.settings) == pinned
    assert toml.stat() == before


def test_a_newer_index_replaces_the_digest(server: RegistryServer, toml: Path) -> None:
    """The tag may name another index later."""
    put_index(server, {"manifests": [AMD64]})
    lock_base(toml, server.settings)
    newer = put_index(server, {"manifests": [AMD64, ARM64]})
    assert lock_base(toml, server.settings).digest == newer


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"manifests": [ARM64]}, "no image for linux/amd64"),
        ({"manifests": []}, "no image for linux/amd64"),
        ({"manifests": None}, "not an index"),
        ({"config": {}, "layers": []}, "not an index"),
        ([], "not an index"),
        ({"manifests": [{"platform": {"os": 1}}]}, "not an index"),
    ],
)
def test_another_document_is_refused(
    server: RegistryServer, toml: Path, document: object, message: str
) -> None:
    """An image of one platform, or an index without that of the app, is not pinned; the file stays."""
    put_index(server, document)
    before = toml.read_bytes()
    with pytest.raises(RefusedError, match=message):
        lock_base(toml, server.settings)
    assert toml.read_bytes() == before


def test_content_that_does_not_match_its_digest_is_refused(server: RegistryServer, toml: Path) -> None:
    """The digest that the registry names must be that of the content."""
    digest = put_index(server, {"manifests": [AMD64]})
    media_type, content = server.manifests["base", digest]
    server.manifests["base", digest] = media_type, content + b" "
    with pytest.raises(RefusedError, match="does not match its digest"):
        lock_base(toml, server.settings)


def test_an_index_that_cannot_be_read_by_its_digest_is_not_pinned(server: RegistryServer, toml: Path) -> None:
    """A build asks for the digest, so the registry must have the index under it."""
    put_index(server, {"manifests": [AMD64]})
    server.refused = ("GET /v2/base/manifests/sha256:",)
    before = toml.read_bytes()
    with pytest.raises(OutsideError):
        lock_base(toml, server.settings)
    assert toml.read_bytes() == before


def test_a_registry_that_cannot_be_reached_leaves_the_file(server: RegistryServer, toml: Path) -> None:
    """The error names the registry and where to run the command."""
    before = toml.read_bytes()
    for refused in ((), ("GET",)):
        server.refused = refused
        with pytest.raises(OutsideError, match=server.address) as caught:
            lock_base(toml, server.settings)
        assert "where that registry can be reached" in caught.value.hint
    assert toml.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[image]\n", "image = 1\n", "[image", "[image]\nbase = 1\n"])
def test_a_file_without_the_setting_is_wrong_usage(tmp_path: Path, text: str) -> None:
    """The error is one line, and nothing is written."""
    path = tmp_path / "seatrial.toml"
    path.write_text(text)
    with pytest.raises(SeatrialError) as caught:
        lock_base(path, Registry())
    assert isinstance(caught.value, UsageError)
    assert path.read_text() == text
