"""Texts of seatrial.toml and of a local cloud's local.toml, and a checkout that has them."""

from __future__ import annotations

from pathlib import Path

from seatrial.workspace import Workspace

STAGING = """
[golden]
name = "g"
[image]
base = "b"
[environments.staging]
namespace = "staging"
overlay = "o"
host = "staging.seatrial.test"
"""
LOCAL = """
[instance]
name = "dev"
[store]
url = "az://seatrial/models"
endpoint = "http://127.64.0.251:10000/seatrial"
key_file = "secrets/blob-key"
[registry]
address = "127.64.0.250:5000"
insecure = true
config_dir = "secrets/docker"
pull_config_dir = "secrets/docker-pull"
pull_address = "127.64.0.252:5000"
[cluster]
kubeconfig = "kubeconfig"
context = "kind-dev"
"""
WITH_DNS = f"""{LOCAL}
[dns]
server = "127.64.0.253"
port = 5300
zone = "seatrial.test"
"""


def checkout_with_local_cloud(folder: Path) -> Workspace:
    """Return a checkout with the environment staging and a local cloud with a DNS server."""
    (folder / "seatrial.toml").write_text(STAGING)
    found = Workspace(folder)
    found.directory.mkdir(parents=True)
    (found.directory / "local.toml").write_text(WITH_DNS)
    return found
