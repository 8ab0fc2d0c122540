"""The read-only endpoint of the registry, which the nodes pull from, beside the one that accepts pushes."""

from __future__ import annotations

import pytest
import requests

from integration.localcloud.cloud import PARTS, Cloud, registry_user
from localcloud.containers import ContainerFile, put_files
from localcloud.parts import distribution, kindconfig, registry

NODES = "docker-pull"
IMAGE = "/v2/base/manifests/1"
WRITES = [
    ("POST", "/v2/base/blobs/uploads/"),
    ("PUT", "/v2/base/manifests/2"),
    ("DELETE", f"/v2/base/manifests/sha256:{'0' * 64}"),
]


def status_of(cloud: Cloud, host: str, method: str, path: str, login: str) -> int:
    """Return the status that a request with a login gets at an endpoint."""
    accept = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}
    url = f"http://{host}:5000{path}"
    user = registry_user(cloud, login)
    return requests.request(method, url, auth=user, headers=accept, timeout=10).status_code


def test_the_nodes_can_pull_what_was_pushed(cloud: Cloud, image: str) -> None:
    """An image that was pushed to the registry is at the read-only endpoint at once."""
    assert image.endswith("/base:1")
    assert status_of(cloud, cloud.addresses.registry_readonly, "GET", IMAGE, NODES) == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_the_nodes_cannot_write(cloud: Cloud, image: str, method: str, path: str) -> None:
    """The read-only endpoint refuses uploads, tags and deletions; the registry does not know the user."""
    assert image
    assert status_of(cloud, cloud.addresses.registry_readonly, method, path, NODES) == 405
    assert status_of(cloud, cloud.addresses.registry, method, path, NODES) == 401


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_pipelines_login_is_unknown_to_the_read_only_endpoint(cloud: Cloud, method: str) -> None:
    """Each endpoint has a user and a password of its own."""
    assert status_of(cloud, cloud.addresses.registry_readonly, method, IMAGE, "docker") == 401


def test_the_mount_of_the_images_cannot_be_written(cloud: Cloud) -> None:
    """Not even a fault of the read-only endpoint can change the images."""
    container = cloud.container("registry-readonly")
    written = container.exec_run(["touch", f"{distribution.STORAGE}/written"])
    assert written.exit_code != 0
    assert b"Read-only file system" in written.output


def test_an_instance_of_an_older_version_is_changed_in_place(cloud: Cloud) -> None:
    """Its node pulled from the registry itself: `up` adds the endpoint and keeps the node."""
    node = cloud.container("cluster")
    address = registry.address(cloud.addresses)
    path = kindconfig.hosts_path(address)
    old = kindconfig.hosts(address, cloud.instance.container("registry"))
    put_files(node, [ContainerFile(path, old, 0o644)], owner=0)
    cloud.container("registry-readonly").remove(force=True)

    result = cloud.up()

    assert result.code == 0, result.err
    assert cloud.status() == dict.fromkeys(PARTS, "ready")
    assert cloud.container("cluster").id == node.id
    endpoint = f"http://{cloud.instance.container('registry-readonly')}:5000"
    assert endpoint.encode() in node.exec_run(["cat", path]).output
