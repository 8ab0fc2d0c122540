"""The bounded runtime removes the privileges that the machine cannot grant, and nothing else."""

from __future__ import annotations

import importlib.util
import json
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from localcloud.engine import startup

SCRIPT = Path(startup.__file__).parent / "runtime" / "runc-bounded"


@pytest.fixture
def runtime() -> ModuleType:
    """Return the runtime script as a module."""
    loader = SourceFileLoader("runc_bounded", str(SCRIPT))
    spec = importlib.util.spec_from_loader("runc_bounded", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def process() -> dict[str, Any]:
    """Return the OCI process object of a privileged container."""
    return {
        "capabilities": {"bounding": ["CAP_CHOWN", "CAP_SYS_RESOURCE"], "ambient": None},
        "oomScoreAdj": -999,
        "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1, "soft": 1}],
        "args": ["true"],
    }


def test_a_missing_capability_is_removed(runtime: ModuleType) -> None:
    """A missing capability is removed from every set, with the settings that need it."""
    requested = process()

    runtime.bound(requested, {"CAP_CHOWN"})

    assert requested == {
        "capabilities": {"bounding": ["CAP_CHOWN"], "ambient": []},
        "oomScoreAdj": 0,
        "args": ["true"],
    }


def test_nothing_is_removed_if_no_capability_is_missing(runtime: ModuleType) -> None:
    """If the machine grants every capability, the process object stays unchanged."""
    requested = process()

    runtime.bound(requested, {"CAP_CHOWN", "CAP_SYS_RESOURCE"})

    assert requested["capabilities"]["bounding"] == ["CAP_CHOWN", "CAP_SYS_RESOURCE"]
    assert requested["oomScoreAdj"] == -999
    assert requested["rlimits"]


def test_capabilities_are_read_in_the_kernels_order(runtime: ModuleType, tmp_path: Path) -> None:
    """Bit 24 of the bounding set is CAP_SYS_RESOURCE."""
    status = tmp_path / "status"
    status.write_text("CapEff:\t0\nCapBnd:\t000001fffeffffff\n")

    granted = runtime.granted(status)

    assert len(granted) == 40
    assert "CAP_SYS_RESOURCE" not in granted


@pytest.mark.parametrize("words", [["--bundle", "{}"], ["--bundle={}"]])
def test_create_bounds_the_bundle_and_executes_runc(
    runtime: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """`create` bounds the bundle's configuration, then executes runc with the same arguments."""
    (tmp_path / "config.json").write_text(json.dumps({"process": process(), "hostname": "kept"}))
    monkeypatch.setattr(runtime, "granted", lambda: {"CAP_CHOWN"})
    executed: list[list[str]] = []
    monkeypatch.setattr(runtime.os, "execvp", lambda _, argv: executed.append(argv))
    arguments = ["--root", "/run/x", "create", *[word.format(tmp_path) for word in words], "name"]

    runtime.main(arguments)

    bounded = json.loads((tmp_path / "config.json").read_text())
    assert bounded["process"]["capabilities"]["bounding"] == ["CAP_CHOWN"]
    assert bounded["hostname"] == "kept"
    assert executed == [["runc", *arguments]]


def test_withheld_capabilities_are_found(tmp_path: Path) -> None:
    """The bounding set is compared with the capabilities of the kernel."""
    status, last = tmp_path / "status", tmp_path / "cap_last_cap"
    last.write_text("40\n")
    status.write_text("CapBnd:\t000001fffeffffff\n")
    assert startup.withheld_capabilities(status, last) == 1 << 24
    status.write_text("CapBnd:\t000001ffffffffff\n")
    assert startup.withheld_capabilities(status, last) == 0
