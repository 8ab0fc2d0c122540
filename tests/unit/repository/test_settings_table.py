"""Settings, seatrial.toml and the README's table agree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from seatrial.settings import Environment, Settings
from unit.repository.project import ROOT, rows


def known() -> set[str]:
    """Every setting there is, environments as `environments.*`."""
    names = {f"environments.*.{key}" for key in Environment.model_fields}
    for name, entry in Settings.model_fields.items():
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, BaseModel):
            names |= {f"{entry.alias or name}.{key}" for key in entry.annotation.model_fields}
    return names


def keys(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Every key of a TOML table, with the tables it stands in."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def test_the_readme_tells_every_setting_and_no_other() -> None:
    """The settings table is whole and true."""
    told = [name for row in rows("Settings") for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(told) == sorted(known())


def test_seatrial_toml_holds_only_settings_that_exist() -> None:
    """A key that nothing reads would promise what it does not do."""
    written = tomllib.loads((ROOT / "seatrial.toml").read_text())
    assert {re.sub(r"^environments\.\w+", "environments.*", key) for key in keys(written)} <= known()


def test_seatrial_toml_holds_every_setting_outside_environments() -> None:
    """All settings stand in one file; only an environment's finer ones may be left at their defaults."""
    written = set(keys(tomllib.loads((ROOT / "seatrial.toml").read_text())))
    assert {name for name in known() if not name.startswith("environments.")} <= written
