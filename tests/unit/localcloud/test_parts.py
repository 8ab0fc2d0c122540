"""What the parts are asked to be, before any engine is asked."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from localcloud import localtoml, secret
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import blob, dns, kindconfig, registry

ADDRESSES = Addresses("127.77.3")


def test_secrets_are_made_once_and_closed(tmp_path: Path) -> None:
    """A secret stays what it was, in a file that only its owner can read."""
    path = tmp_path / "secrets" / "key"

    first = secret.ensure(path, lambda: "a")

    assert (first, secret.ensure(path, lambda: "b")) == ("a", "a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_secret_is_in_what_the_engine_tells(instance: Instance) -> None:
    """Command, environment and labels of a part hold no key: it is in a file put into the container."""
    spec = blob.spec(instance, ADDRESSES, "image", "the-key")

    told = json.dumps([spec.entrypoint, spec.environment, instance.labels(spec.part), spec.digest])

    assert "the-key" not in told
    assert [file.mode for file in spec.files] == [0o400]


def test_everything_is_published_on_loopback_only(instance: Instance) -> None:
    """No part listens where another machine could reach it."""
    specs = [
        blob.spec(instance, ADDRESSES, "image", "key"),
        registry.spec(instance, ADDRESSES, "image", "line"),
        dns.spec(instance, ADDRESSES, "image"),
    ]
    mappings = kindconfig.config(ADDRESSES, built_here=True)["nodes"][0]["extraPortMappings"]

    published = [address for spec in specs for address, _ in spec.ports.values()]
    published += [mapping["listenAddress"] for mapping in mappings]
    assert len(published) == 16
    assert all(address.startswith("127.77.3.") for address in published)


def test_a_changed_part_is_noticed(instance: Instance) -> None:
    """Another image, or another key, makes another specification."""
    spec = blob.spec(instance, ADDRESSES, "image", "key")

    assert spec.digest == blob.spec(instance, ADDRESSES, "image", "key").digest
    assert spec.digest != replace(spec, image="other").digest
    assert spec.digest != blob.spec(instance, ADDRESSES, "image", "other").digest


def test_another_node_image_makes_another_cluster() -> None:
    """The cluster's mark follows the node image and kind's configuration."""
    config = kindconfig.config(ADDRESSES, built_here=True)

    assert kindconfig.digest(config, "a") != kindconfig.digest(config, "b")
    assert kindconfig.digest(config, "a") in kindconfig.render(config, kindconfig.digest(config, "a"))


def test_local_toml_tells_no_secret(instance: Instance) -> None:
    """What the pipeline reads names files with secrets, and holds none."""
    instance.make_directories()
    key = secret.ensure(instance.secrets / "blob-key", lambda: "the-key")

    localtoml.write(instance, ADDRESSES, "seatrial/base:1")

    text = (instance.directory / "local.toml").read_text()
    assert key not in text
    assert 'key_file = "secrets/blob-key"' in text
    assert 'endpoint = "http://127.77.3.251:10000/seatrial"' in text


def test_the_pipeline_can_read_local_toml(instance: Instance) -> None:
    """Every table and key is there that the pipeline expects."""
    document = localtoml.document(instance, ADDRESSES, "seatrial/base:1")

    assert {table: sorted(keys) for table, keys in document.items()} == {
        "instance": ["docker_name", "name", "subnet"],
        "store": ["endpoint", "key_file", "url"],
        "registry": ["address", "config_dir", "insecure"],
        "image": ["base"],
        "cluster": ["context", "kubeconfig"],
        "dns": ["port", "server"],
    }


@pytest.mark.parametrize("damage", ["", "not json", "{}", '{"auths": {}}'])
def test_a_damaged_docker_configuration_is_made_anew(instance: Instance, damage: str) -> None:
    """A password that cannot be read any more is replaced, not stumbled over."""
    instance.make_directories()
    secret.write(instance.secrets / "docker" / "config.json", damage)

    password = registry._password(instance, "127.77.3.250:5000")

    assert len(password) > 20
    assert registry._password(instance, "127.77.3.250:5000") == password
