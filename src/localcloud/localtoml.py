"""What an instance tells the pipeline: addresses, and the names of files with secrets, never a secret."""

from __future__ import annotations

from typing import Any

import tomlkit

from localcloud import secret
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import blob, dns, registry


def document(instance: Instance, addresses: Addresses, base: str) -> dict[str, Any]:
    """Return local.toml; paths are relative to the instance's folder."""
    return {
        "instance": {
            "name": instance.name,
            "docker_name": instance.docker_name,
            "subnet": addresses.subnet,
        },
        "store": {
            "url": f"az://{blob.ACCOUNT}/{blob.CONTAINER}",
            "endpoint": blob.endpoint(addresses),
            "key_file": "secrets/blob-key",
        },
        "registry": {
            "address": registry.address(addresses),
            "insecure": True,
            "config_dir": "secrets/docker",
        },
        "image": {"base": base},
        "cluster": {"kubeconfig": instance.kubeconfig.name, "context": instance.context},
        "dns": {"server": addresses.dns, "port": dns.PORT},
    }


def write(instance: Instance, addresses: Addresses, base: str) -> None:
    """Write local.toml, whole or not at all."""
    text = tomlkit.dumps(document(instance, addresses, base))
    secret.write(instance.directory / "local.toml", text)
