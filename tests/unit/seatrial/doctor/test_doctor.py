"""The doctor's report: whole, plain, and healthy only where nothing is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.doctor.finding import Finding
from seatrial.doctor.report import Report, doctor
from seatrial.errors import UsageError
from seatrial.workspace import Workspace

GOOD = Finding("git", "ok", "2.39")
LATE = Finding("store", "later", "none is set", "make up starts one")
BAD = Finding("engine", "missing", "no engine [answers]", "start Docker")
TOML = """
[model]
name = "m"
[golden]
name = "g"
[image]
base = "b"
[environments.local]
namespace = "n"
overlay = "o"
host = "h"
"""


def test_what_comes_later_is_no_illness() -> None:
    """Before `make up`, a machine that has all it needs is healthy."""
    assert Report((GOOD, LATE)).healthy
    assert not Report((GOOD, LATE, BAD)).healthy


def test_the_table_is_plain_lines_one_a_finding() -> None:
    """What is found stands as it is, brackets included, in any log."""
    lines = Report((GOOD, LATE, BAD)).table.splitlines()
    assert len(lines) == 4
    assert [line.split()[0] for line in lines] == ["what", "git", "store", "engine"]
    assert "no engine [answers]" in lines[3]
    assert "\x1b" not in "".join(lines)


def test_machines_get_the_same() -> None:
    """Every row has the same keys."""
    assert Report((BAD,)).rows == [
        {"what": "engine", "state": "missing", "detail": "no engine [answers]", "cure": "start Docker"}
    ]


def test_it_works_before_anything_is_up(tmp_path: Path) -> None:
    """A fresh clone gets a whole report, and nothing is started or written for it."""
    (tmp_path / "seatrial.toml").write_text(TOML)
    report = doctor(Workspace(tmp_path))
    found = [row["what"] for row in report.rows]
    assert found[:3] == ["python", "make", "git"]
    assert found[-3:] == ["store", "registry", "cluster, local"]
    assert [path.name for path in tmp_path.iterdir()] == ["seatrial.toml"]


def test_a_wrong_setting_is_told_before_all_else(tmp_path: Path) -> None:
    """The doctor reads the settings as every stage does."""
    (tmp_path / "seatrial.toml").write_text(TOML + "[dns]\nport = 0\n")
    with pytest.raises(UsageError, match=r"dns.port"):
        doctor(Workspace(tmp_path))
