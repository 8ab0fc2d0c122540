"""The images of the parts hold what they are for, and are made once."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager

import docker
import pytest

from localcloud import engine, images

BASE_MEGABYTES = 130
PROOF = {
    "base": (["python3", "-c", "import ssl, sqlite3, sys; print(sys.version)"], "3.13"),
    "blob": (["azurite-blob", "--version"], "3.37.0"),
    "registry": (["docker-registry", "--version"], "2.8"),
    "dns": (["dnsmasq", "--version"], "Dnsmasq version 2"),
    "loadbalancer": (["python3", "-c", "import controller.controller, os; print(os.getuid())"], "10001"),
    "metrics": (["/metrics-server", "--version"], "v0.9.0"),
}


class Said:
    """A report that remembers its steps."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Remember."""
        self.steps.append(name)
        yield

    def line(self, _: str) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Return the images, made where they were not there."""
    engine.ensure(Said())
    return images.ensure(["base", *images.PARTS], Said())


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    """Return a client of the engine."""
    with closing(engine.client()) as found:
        yield found


def read(client: docker.DockerClient, image: str, path: str) -> str:
    """Return a file of an image; nothing of it runs, so there is no output to miss."""
    container = client.containers.create(image)
    try:
        stream, _ = container.get_archive(path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
            member = archive.extractfile(archive.getmembers()[0])
            assert member is not None
            return member.read().decode()
    finally:
        container.remove(v=True)


def test_second_run_does_nothing(made: dict[str, str]) -> None:
    """What is there under its name is used as it is."""
    said = Said()

    assert images.ensure(["base", *images.PARTS], said) == made
    assert said.steps == []


@pytest.mark.parametrize("name", PROOF)
def test_image_holds_its_program(made: dict[str, str], client: docker.DockerClient, name: str) -> None:
    """Each part's program runs without network, rights or a writable root."""
    words, expected = PROOF[name]

    # Taken away only after its log is read: with `remove=True` the SDK does it the other way about.
    container = client.containers.run(
        made[name],
        words[1:],
        entrypoint=words[:1],
        detach=True,
        network_mode="none",
        cap_drop=["ALL"],
        read_only=True,
        tmpfs={"/tmp": ""},
    )
    try:
        container.wait(timeout=60)
        assert expected in container.logs().decode()
    finally:
        container.remove(force=True, v=True)


def test_base_leaves_room_for_the_app(made: dict[str, str], client: docker.DockerClient) -> None:
    """The base is small enough for an image of 300 MB."""
    assert client.images.get(made["base"]).attrs["Size"] < BASE_MEGABYTES * 1_000_000


@pytest.mark.parametrize("name", images.PARTS)
def test_part_does_not_run_as_root(made: dict[str, str], client: docker.DockerClient, name: str) -> None:
    """Whoever breaks into a part is nobody."""
    assert client.images.get(made[name]).attrs["Config"]["User"] == "10001:10001"


def test_node_image_is_made_once(client: docker.DockerClient) -> None:
    """The node image is here, carries the version that is told, and is not made again."""
    images.node(Said())
    said = Said()

    node = images.node(said)

    assert said.steps == []
    assert read(client, node.reference, "/kind/version").strip() == node.kubernetes_version
