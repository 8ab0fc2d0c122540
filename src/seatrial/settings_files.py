"""The two files with settings: seatrial.toml, and the local.toml of an instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seatrial.errors import UsageError
from seatrial.toml_text import parse_toml
from seatrial.workspace import Workspace

PATHS = {
    "store": ("key_file",),
    "registry": ("config_dir", "pull_config_dir"),
    "cluster": ("kubeconfig",),
}


def read_committed(workspace: Workspace) -> dict[str, Any]:
    """Return the tables of seatrial.toml. Raises UsageError if it is missing or not TOML."""
    return _read(workspace.root / "seatrial.toml")


def read_local(workspace: Workspace) -> dict[str, Any]:
    """Return the tables of local.toml with absolute paths; none without a local cloud.

    Raises UsageError if it is not TOML.
    """
    path = workspace.directory / "local.toml"
    values = _read(path) if path.exists() else {}
    values.pop("instance", None)
    for section, keys in PATHS.items():
        table = values.get(section)
        for key in keys:
            # Validation refuses what is not a table or a string.
            if isinstance(table, dict) and table.get(key) and isinstance(table[key], str):
                table[key] = str(workspace.directory / table[key])
    return values


def _read(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(path.read_bytes(), path.name)
    except FileNotFoundError as error:
        raise UsageError(f"{path.name} is missing", "run the command in a checkout of Seatrial") from error
