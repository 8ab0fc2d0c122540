"""Tests that the settings, seatrial.toml and the settings page agree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from seatrial.settings import Environment, Settings
from unit.repository.project import ROOT, table_under

PAGE = ROOT / "docs" / "reference" / "settings.md"


def all_settings() -> set[str]:
    """Return the name of every setting, environments as `environments.*`."""
    names = {f"environments.*.{key}" for key in Environment.model_fields}
    for name, entry in Settings.model_fields.items():
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, BaseModel):
            names |= {f"{entry.alias or name}.{key}" for key in entry.annotation.model_fields}
    return names


def keys(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Return every key of a TOML table, prefixed with the names of its tables."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def test_the_page_lists_every_setting_and_no_other() -> None:
    """The settings page is complete and correct."""
    listed = [
        name for row in table_under("Settings", PAGE.read_text()) for name in re.findall(r"`([^`]+)`", row[0])
    ]
    assert sorted(listed) == sorted(all_settings())


def test_seatrial_toml_contains_existing_settings_only() -> None:
    """A key that no code reads would have no effect."""
    written = tomllib.loads((ROOT / "seatrial.toml").read_text())
    assert {re.sub(r"^environments\.\w+", "environments.*", key) for key in keys(written)} <= all_settings()


def test_seatrial_toml_contains_every_setting_outside_environments() -> None:
    """Only an environment may omit a setting and use the default."""
    written = set(keys(tomllib.loads((ROOT / "seatrial.toml").read_text())))
    assert {name for name in all_settings() if not name.startswith("environments.")} <= written
