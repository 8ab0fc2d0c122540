"""Texts of seatrial.toml and of a local cloud's local.toml."""

from __future__ import annotations

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
