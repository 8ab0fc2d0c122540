"""local.toml: the instance's addresses and the names of its secret files, as settings for the pipeline."""

from __future__ import annotations

from typing import Any

import tomlkit

from localcloud.addresses import Addresses
from localcloud.atomic import write_atomically
from localcloud.instance import Instance
from localcloud.parts import blob, dns, registry, registry_readonly


def document(instance: Instance, addresses: Addresses, base: str) -> dict[str, Any]:
    """Return the content of local.toml. Paths are relative to the instance's directory."""
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
            "config_dir": f"secrets/{registry.LOGIN}",
            "pull_address": registry_readonly.address(addresses),
            "pull_config_dir": f"secrets/{registry_readonly.LOGIN}",
        },
        "image": {"base": base},
        "cluster": {"kubeconfig": instance.kubeconfig.name, "context": instance.context},
        "dns": {"server": addresses.dns, "port": dns.PORT, "zone": dns.ZONE},
    }


def write(instance: Instance, addresses: Addresses, base: str) -> None:
    """Write local.toml atomically."""
    text = tomlkit.dumps(document(instance, addresses, base))
    write_atomically(instance.directory / "local.toml", text)
