"""The specifications of the parts, without an engine."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from localcloud import credentials, docker_login, localtoml
from localcloud.addresses import Addresses
from localcloud.atomic import write_atomically
from localcloud.instance import Instance
from localcloud.parts import blob, distribution, dns, kindconfig, registry, registry_readonly

ADDRESSES = Addresses("127.77.3")


def test_a_secret_is_generated_once(tmp_path: Path) -> None:
    """A secret is not replaced, and only its owner can read the file."""
    path = tmp_path / "secrets" / "key"

    first = credentials.read_or_create(path, lambda: "a")

    assert (first, credentials.read_or_create(path, lambda: "b")) == ("a", "a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_secret_is_visible_in_docker_inspect(instance: Instance) -> None:
    """The command, environment and labels contain no key: it is in a file in the container."""
    spec = blob.spec(instance, ADDRESSES, "image", "the-key")

    visible = json.dumps([spec.entrypoint, spec.environment, instance.labels(spec.part), spec.digest])

    assert "the-key" not in visible
    assert [file.mode for file in spec.files] == [0o400]


def test_every_port_is_published_on_loopback(instance: Instance) -> None:
    """No port is reachable from another machine."""
    specs = [
        blob.spec(instance, ADDRESSES, "image", "key"),
        distribution.spec(registry.endpoint(instance, ADDRESSES), "image", "line"),
        distribution.spec(registry_readonly.endpoint(instance, ADDRESSES), "image", "line"),
        dns.spec(instance, ADDRESSES, "image"),
    ]
    mappings = kindconfig.config(ADDRESSES, built_here=True)["nodes"][0]["extraPortMappings"]

    published = [address for spec in specs for address, _ in spec.ports.values()]
    published += [mapping["listenAddress"] for mapping in mappings]
    assert len(published) == 17
    assert all(address.startswith("127.77.3.") for address in published)


def test_the_digest_changes_with_image_and_key(instance: Instance) -> None:
    """A container with another image or another key is replaced."""
    spec = blob.spec(instance, ADDRESSES, "image", "key")

    assert spec.digest == blob.spec(instance, ADDRESSES, "image", "key").digest
    assert spec.digest != replace(spec, image="other").digest
    assert spec.digest != blob.spec(instance, ADDRESSES, "image", "other").digest


def test_the_clusters_digest_changes_with_the_node_image() -> None:
    """The label of the node contains a hash of the node image and kind's configuration."""
    config = kindconfig.config(ADDRESSES, built_here=True)

    assert kindconfig.digest(config, "a") != kindconfig.digest(config, "b")
    assert kindconfig.digest(config, "a") in kindconfig.render(config, kindconfig.digest(config, "a"))


def test_local_toml_contains_no_secret(instance: Instance) -> None:
    """local.toml contains the names of secret files, and no secret."""
    instance.make_directories()
    key = credentials.read_or_create(instance.secrets / "blob-key", lambda: "the-key")

    localtoml.write(instance, ADDRESSES, "seatrial/base:1")

    text = (instance.directory / "local.toml").read_text()
    assert key not in text
    assert 'key_file = "secrets/blob-key"' in text
    assert 'endpoint = "http://127.77.3.251:10000/seatrial"' in text


def test_local_toml_has_every_setting(instance: Instance) -> None:
    """local.toml has every table and key that the pipeline reads."""
    document = localtoml.document(instance, ADDRESSES, "seatrial/base:1")

    assert {table: sorted(keys) for table, keys in document.items()} == {
        "instance": ["docker_name", "name", "subnet"],
        "store": ["endpoint", "key_file", "url"],
        "registry": ["address", "config_dir", "insecure", "pull_address", "pull_config_dir"],
        "image": ["base"],
        "cluster": ["context", "kubeconfig"],
        "dns": ["port", "server", "zone"],
    }


@pytest.mark.parametrize("damage", ["", "not json", "{}", '{"auths": {}}'])
def test_an_invalid_docker_configuration_is_replaced(instance: Instance, damage: str) -> None:
    """A config.json without a readable password is replaced by one with a new password."""
    folder = instance.secrets / "docker"
    write_atomically(folder / "config.json", damage)

    password = docker_login.read_or_create(folder, "seatrial", "127.77.3.250:5000")

    assert len(password) > 20
    assert docker_login.read_or_create(folder, "seatrial", "127.77.3.250:5000") == password
