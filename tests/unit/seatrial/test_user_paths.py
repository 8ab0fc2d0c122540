"""A path in the settings may begin with `~`."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from seatrial.settings import Environment, Settings

ENVIRONMENT = {"namespace": "n", "overlay": "o", "host": "h"}
ENDINGS = ("_file", "_dir", "kubeconfig")


def paths(section: type[BaseModel], place: str = "") -> Iterator[tuple[type[BaseModel], str, str]]:
    """Yield every setting that is the path of a user's file: its section, its name and its place."""
    for name, field in section.model_fields.items():
        if name.endswith(ENDINGS):
            yield section, name, f"{place}{name}"
        for kind in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from paths(kind, f"{place}{name}.")


PATHS = {place: (section, name) for section, name, place in paths(Settings)}


@pytest.mark.parametrize("place", PATHS)
def test_a_tilde_is_the_home_directory(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell has replaced it in a TOML file, nor behind `=`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    section, name = PATHS[place]
    given = ENVIRONMENT if issubclass(section, Environment) else {}
    found = section.model_validate({**given, name: "~/there"})
    assert getattr(found, name) == str(tmp_path / "there")


def test_the_paths_are_found() -> None:
    """Those of this list and every new one."""
    assert {"store.key_file", "registry.config_dir", "cluster.kubeconfig"} <= set(PATHS)
    assert "environments.ca_file" in PATHS
