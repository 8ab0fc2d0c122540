"""The images of the parts contain their programs, and are built once."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import closing

import docker
import pytest

from integration.localcloud.recording import StepRecorder
from localcloud import engine, images

BASE_MEGABYTES = 130
COMMANDS = {
    "base": (["python3", "-c", "import ssl, sqlite3, sys; print(sys.version)"], "3.13"),
    "blob": (["azurite-blob", "--version"], "3.37.0"),
    "registry": (["docker-registry", "--version"], "2.8"),
    "dns": (["dnsmasq", "--version"], "Dnsmasq version 2"),
    "loadbalancer": (["python3", "-c", "import controller.controller, os; print(os.getuid())"], "10001"),
    "metrics": (["/metrics-server", "--version"], "v0.9.0"),
}


@pytest.fixture(scope="module")
def built() -> dict[str, str]:
    """Return the references of all images; build those that are missing."""
    engine.ensure(StepRecorder())
    return images.ensure(["base", *images.PARTS], StepRecorder())


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    """Return a client of the engine."""
    with closing(engine.client()) as found:
        yield found


def read(client: docker.DockerClient, image: str, path: str) -> str:
    """Return a file of an image, without starting a container."""
    container = client.containers.create(image)
    try:
        stream, _ = container.get_archive(path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
            member = archive.extractfile(archive.getmembers()[0])
            assert member is not None
            return member.read().decode()
    finally:
        container.remove(v=True)


def test_a_second_call_builds_nothing(built: dict[str, str]) -> None:
    """An image that exists under its tag is not built again."""
    recorder = StepRecorder()

    assert images.ensure(["base", *images.PARTS], recorder) == built
    assert recorder.steps == []


@pytest.mark.parametrize("name", COMMANDS)
def test_an_image_contains_its_program(built: dict[str, str], client: docker.DockerClient, name: str) -> None:
    """Each part's program runs without network, capabilities or a writable root file system."""
    words, expected = COMMANDS[name]

    # Not `remove=True`: the SDK would remove the container before its log is read.
    container = client.containers.run(
        built[name],
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


def test_the_base_image_is_small(built: dict[str, str], client: docker.DockerClient) -> None:
    """The base image is small enough for an app image of at most 300 MB."""
    assert client.images.get(built["base"]).attrs["Size"] < BASE_MEGABYTES * 1_000_000


@pytest.mark.parametrize("name", images.PARTS)
def test_a_part_does_not_run_as_root(built: dict[str, str], client: docker.DockerClient, name: str) -> None:
    """The default user of each image is unprivileged."""
    assert client.images.get(built[name]).attrs["Config"]["User"] == "10001:10001"


def test_the_node_image_is_built_once(client: docker.DockerClient) -> None:
    """The node image has the reported Kubernetes version, and a second call builds nothing."""
    images.node(StepRecorder())
    recorder = StepRecorder()

    node = images.node(recorder)

    assert recorder.steps == []
    assert read(client, node.reference, "/kind/version").strip() == node.kubernetes_version
