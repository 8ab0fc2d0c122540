"""The read-only endpoint of the registry, and the nodes that pull from it."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from typing import Any

from localcloud import containers, docker_login, localtoml
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import distribution, kindconfig, node_mirror, registry, registry_readonly

ADDRESSES = Addresses("127.77.3")


class MemoryNode:
    """A node with files, as the engine's API reads and writes them."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.writes = 0

    def exec_run(self, words: list[str]) -> Any:
        """Run `cat PATH`."""
        _, path = words
        found = self.files.get(path)
        return (0, found.encode()) if found is not None else (1, b"no such file")

    def put_archive(self, path: str, data: bytes) -> None:  # noqa: ARG002
        """Unpack an archive into the root directory."""
        self.writes += 1
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                assert content
                self.files[f"/{entry.name}"] = content.read().decode()


def test_both_endpoints_serve_one_volume_and_only_one_writes(instance: Instance) -> None:
    """The second endpoint refuses writes by its configuration, and its mount cannot be written."""
    writing = distribution.spec(registry.endpoint(instance, ADDRESSES), "image", "line")
    reading = distribution.spec(registry_readonly.endpoint(instance, ADDRESSES), "image", "line")

    assert writing.volumes == reading.volumes
    assert (writing.reads_only, reading.reads_only) == (False, True)
    (mount,) = containers._options(instance, reading)["volumes"].values()
    assert mount["mode"] == "ro"
    storage = json.loads(reading.files[0].content)["storage"]
    assert storage["maintenance"]["readonly"] == {"enabled": True}
    assert "delete" not in storage


def test_each_endpoint_has_a_password_of_its_own(instance: Instance) -> None:
    """The two logins are for the same address of images, and only their owner can read them."""
    address = registry.address(ADDRESSES)
    logins = [instance.secrets / name for name in (registry.LOGIN, registry_readonly.LOGIN)]

    passwords = [docker_login.read_or_create(folder, "user", address) for folder in logins]

    assert len(set(passwords)) == 2
    assert {stat.S_IMODE((folder / "config.json").stat().st_mode) for folder in logins} == {0o600}


def test_local_toml_names_the_login_for_nodes(instance: Instance) -> None:
    """The pipeline finds the login for the pull secret, and the address at which it can be tried."""
    section = localtoml.document(instance, ADDRESSES, "base")["registry"]

    assert section["pull_config_dir"] == "secrets/docker-pull"
    assert section["pull_address"] == "127.77.3.252:5000"


def test_a_node_of_an_older_version_pulls_from_the_read_only_endpoint(instance: Instance) -> None:
    """The node's file, which named the registry that accepts pushes, is replaced once."""
    node: Any = MemoryNode()
    path = kindconfig.hosts_path(registry.address(ADDRESSES))
    node.files[path] = kindconfig.hosts(registry.address(ADDRESSES), instance.container(registry.PART))

    for _ in range(2):
        node_mirror.ensure(node, instance, ADDRESSES)

    assert f"http://{instance.container('registry-readonly')}:5000" in node.files[path]
    assert node.writes == 1


def test_the_password_hash_follows_the_password(instance: Instance) -> None:
    """A line for another password is replaced; one for the same password is kept."""
    path = instance.secrets / "htpasswd"
    first = docker_login.htpasswd(path, "nodes", "one")

    assert docker_login.htpasswd(path, "nodes", "one") == first
    assert docker_login.htpasswd(path, "nodes", "two") != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
