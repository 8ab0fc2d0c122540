"""The lines of seatrial.toml that name what infra/ created; comments and order stay."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table, Whitespace

from seatrial import console
from seatrial.atomic_files import write_atomically
from seatrial.errors import UsageError
from seatrial.infra_outputs.state import Outputs

KEYS: Final = re.compile(
    r"store\.url|registry\.address|cluster\.context"
    r"|environments\.[a-z0-9-]+\.(?:context|host|registry\.address|deployers|readers)"
)
"""The settings that infra/ may set. Any other output is refused, so that none loosens a check."""


def settings_of(outputs: Outputs) -> dict[str, str | list[str]]:
    """Return the settings of `infra/` by their dotted names, with the object ids for `bootstrap`."""
    found: dict[str, str | list[str]] = dict(outputs.settings)
    for key, ids in (("deployers", outputs.deployers), ("readers", outputs.readers)):
        found |= {f"environments.{name}.{key}": sorted(each) for name, each in ids.items() if each}
    return found


def edited(text: str, settings: Mapping[str, str | list[str]]) -> str:
    """Return seatrial.toml with the settings, which are all it differs in.

    Raises UsageError if it is not TOML, lacks the table of a setting, or a setting is not one of `infra/`.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise UsageError(f"seatrial.toml is not TOML: {error}", "restore it with git") from error
    for name, value in settings.items():
        if not KEYS.fullmatch(name):
            raise UsageError(
                f"infra/ has an output for the setting {name}", "remove it from infra/outputs.tf"
            )
        _set(document, name, value)
    return tomlkit.dumps(document)


def difference(before: str, after: str) -> str:
    """Return the lines that change, as `diff -u` prints them; empty if there is none."""
    rows = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "seatrial.toml", "seatrial.toml", lineterm="", n=1
    )
    return "\n".join(rows)


def planned(root: Path, outputs: Outputs) -> tuple[str, str]:
    """Return seatrial.toml as it is, and with the settings of `infra/`. Raises what `edited` raises."""
    before = (root / "seatrial.toml").read_text(encoding="utf-8")
    return before, edited(before, settings_of(outputs))


def write(root: Path, lines: tuple[str, str]) -> None:
    """Write seatrial.toml if the second text differs from the first; it is unchanged if that fails."""
    if lines[0] != lines[1]:
        write_atomically(root / "seatrial.toml", lines[1])
        console.line("  set: seatrial.toml; commit it, so that others release to the same cluster")


def _set(document: tomlkit.TOMLDocument, name: str, value: str | list[str]) -> None:
    *tables, key = name.split(".")
    table: Any = document
    for part in tables:
        if not isinstance(table.get(part), Mapping):
            fix = f"add [{'.'.join(tables)}] to it, or remove the environment from infra/identities.yaml"
            raise UsageError(f"seatrial.toml has no table {'.'.join(tables)}", fix)
        table = table[part]
    if table.get(key) == value:
        return
    if key in table or not isinstance(table, Table):
        table[key] = value
        return
    _append(table, key, value)


def _append(table: Table, key: str, value: str | list[str]) -> None:
    """Add a key after the last one, before the empty lines that follow the table."""
    body = table.value.body
    empty = 0
    while body and isinstance(body[-1][1], Whitespace):
        empty += str(body.pop()[1].as_string()).count("\n")
    table.append(key, value)
    for _ in range(empty):
        table.add(tomlkit.nl())
