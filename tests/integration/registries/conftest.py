"""Two temporary registries (Distribution), one with anonymous access and one with a password."""

from __future__ import annotations

import base64
import io
import json
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bcrypt
import docker
import pytest
import requests
from rich.console import Console

from localcloud import images
from localcloud.display import PlainDisplay
from seatrial.image.registry import RegistryClient, Repository
from seatrial.settings import Registry
from seatrial.wait import until

LABEL = "seatrial.test-registry"
READY_SECONDS = 30
CONFIG = {
    "version": 0.1,
    "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}, "delete": {"enabled": True}},
    "http": {"addr": ":5000"},
}
HTPASSWD = {"htpasswd": {"realm": "test", "path": "/run/registry/htpasswd"}}


@pytest.fixture(scope="session")
def registry_image() -> str:
    """The registry image of the local cloud."""
    return images.ensure(["registry"], PlainDisplay(Console(stderr=True)))["registry"]


@pytest.fixture(scope="session")
def open_registry(registry_image: str) -> Iterator[Registry]:
    """A registry with anonymous access."""
    with _running(registry_image, CONFIG, "") as address:
        yield Registry(address=address, insecure=True)


@pytest.fixture(scope="session")
def closed_registry(registry_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry with one user, whose password is in a config.json."""
    password, folder = secrets.token_urlsafe(16), tmp_path_factory.mktemp("docker")
    line = f"tester:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=5)).decode()}\n"
    with _running(registry_image, {**CONFIG, "auth": HTPASSWD}, line) as address:
        auth = base64.b64encode(f"tester:{password}".encode()).decode()
        (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
        yield Registry(address=address, insecure=True, config_dir=str(folder))


@pytest.fixture
def source(open_registry: Registry) -> Repository:
    """A unique repository in the open registry."""
    return Repository(RegistryClient(open_registry), f"source-{secrets.token_hex(4)}")


@pytest.fixture
def target(closed_registry: Registry) -> Repository:
    """A unique repository in the closed registry."""
    return Repository(RegistryClient(closed_registry), f"target-{secrets.token_hex(4)}")


@contextmanager
def _running(image: str, config: dict[str, object], htpasswd: str) -> Iterator[str]:
    client = docker.from_env()
    files = {"config.yml": json.dumps(config), "htpasswd": htpasswd}
    container = client.containers.create(
        image,
        entrypoint=["docker-registry", "serve", "/run/registry/config.yml"],
        ports={"5000/tcp": ("127.0.0.1", None)},
        labels={LABEL: str(Path.cwd())},
    )
    try:
        container.put_archive("/run", _archive(files))
        container.start()
        container.reload()
        port = container.ports["5000/tcp"][0]["HostPort"]
        _wait_for(f"http://127.0.0.1:{port}/v2/")
        yield f"127.0.0.1:{port}"
    finally:
        container.remove(force=True, v=True)
        client.close()


def _archive(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"registry/{name}")
            entry.size, entry.mode = len(text.encode()), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def _wait_for(url: str) -> None:
    def responds() -> bool | None:
        try:
            requests.get(url, timeout=2)
        except requests.RequestException:
            return None
        return True

    until(f"the registry at {url}", responds, READY_SECONDS, every=0.1)
