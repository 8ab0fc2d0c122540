"""The doctor's report as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from samples import MINIMAL_TOML
from seatrial.doctor.finding import Finding
from seatrial.doctor.report import DoctorReport, doctor
from seatrial.errors import UsageError
from seatrial.workspace import Workspace

OK = Finding("git", "ok", "2.39")
LATER = Finding("store", "later", "not configured", "make up starts one")
MISSING = Finding("engine", "missing", "no engine [responds]", "start Docker")


def test_only_a_missing_part_is_unhealthy() -> None:
    """What `make up` brings does not make a machine unhealthy."""
    assert DoctorReport((OK, LATER)).healthy
    assert not DoctorReport((OK, LATER, MISSING)).healthy


def test_the_table_has_one_plain_line_per_finding() -> None:
    """The table has no styles, and shows brackets as they are."""
    lines = DoctorReport((OK, LATER, MISSING)).table.splitlines()
    assert len(lines) == 4
    assert [line.split()[0] for line in lines] == ["what", "git", "store", "engine"]
    assert "no engine [responds]" in lines[3]
    assert "\x1b" not in "".join(lines)


def test_the_json_rows_have_fixed_keys() -> None:
    """`doctor --json` has the keys what, state, detail and cure."""
    assert DoctorReport((MISSING,)).rows == [
        {"what": "engine", "state": "missing", "detail": "no engine [responds]", "cure": "start Docker"}
    ]


def test_a_fresh_checkout_has_a_complete_report(tmp_path: Path) -> None:
    """Before `make up`, every part is in the report, and no file is written."""
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    report = doctor(Workspace(tmp_path))
    found = [row["what"] for row in report.rows]
    assert found[:3] == ["python", "make", "git"]
    assert found[-3:] == ["store", "registry", "cluster, local"]
    assert [path.name for path in tmp_path.iterdir()] == ["seatrial.toml"]


def test_a_wrong_setting_is_an_error(tmp_path: Path) -> None:
    """The settings are validated before anything is checked."""
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML + "[dns]\nport = 0\n")
    with pytest.raises(UsageError, match=r"dns.port"):
        doctor(Workspace(tmp_path))


def test_a_registry_that_does_not_answer_has_no_row_for_each_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pull and push fail for one reason, which is reported once beside the row of the registry."""
    (tmp_path / "seatrial.toml").write_text(MINIMAL_TOML)
    monkeypatch.setenv("SEATRIAL_REGISTRY__ADDRESS", "127.0.0.1:9")
    rows = [row["what"] for row in doctor(Workspace(tmp_path), env="local").rows]
    assert [what for what in rows if what.startswith("registry")] == ["registry", "registry, pull"]


def test_a_command_in_the_table_names_the_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that the width of the column breaks."""
    monkeypatch.setenv("SEATRIAL_INSTANCE", "fresh")
    fix = "an administrator who may bind roles in the namespace of this environment runs make bootstrap ENV=x"
    words = DoctorReport((Finding("cluster", "missing", "x" * 60, fix),)).table.split()
    assert "INSTANCE=fresh" in words
