"""A stand-in for the Azure CLI: it gives its user the files of another local cloud."""

from __future__ import annotations

from pathlib import Path

# Each command that the pages print, and what it leaves on this machine or does to the cluster.
SCRIPT = """#!/bin/sh
echo "$*" >> {folder}/az.log
case "$1 $2" in
  "login "*) ;;
  "account show") echo '{{"id": "0", "name": "rehearsal", "user": {{"name": "ada"}}}}' ;;
  "acr login") cp {folder}/given/docker.json "$DOCKER_CONFIG/config.json" ;;
  "aks get-credentials") cp {folder}/given/kubeconfig "$KUBECONFIG" ;;
  "aks update") ;;
  *) echo "az: $1 $2 is not known here" >&2; exit 2 ;;
esac
"""


def write_az(folder: Path) -> Path:
    """Write the command into a directory, for the front of PATH, and return that directory."""
    (folder / "bin").mkdir(exist_ok=True)
    command = folder / "bin" / "az"
    command.write_text(SCRIPT.format(folder=folder))
    command.chmod(0o755)
    (folder / "az.log").write_text("")
    return folder / "bin"
