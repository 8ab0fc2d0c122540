"""From an empty subscription to the first night: what the pages let a person type, and what is set."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra_checkout import recorded
from seatrial.infra_outputs.settings_lines import KEYS
from seatrial.infra_outputs.variables import CREATED
from unit.repository.infra_files import identities, infra_files, variables_created
from unit.repository.project import README, ROOT, table_under

PAGE = (ROOT / "docs" / "how-to" / "azure.md").read_text()
MOST = 6
FILES = infra_files()
BLOCK = re.compile(r"^```console\n(.*?)^```", re.M | re.S)


def block(page: str) -> str:
    """Return the block of commands that begins with the sign-in and has make infra-up."""
    (found,) = [each for each in BLOCK.findall(page) if "make infra-up" in each]
    return found


def test_at_most_six_commands_are_typed() -> None:
    """Each line is one command; none names an id, a variable of GitHub or a resource."""
    lines = [line.removeprefix("$ ").partition("#")[0].strip() for line in block(PAGE).splitlines()]
    assert len(lines) <= MOST
    assert [line for line in lines if re.search(r"[;&|$]", line)] == []
    assert [word for line in lines for word in line.split() if "=" in word] == ["REVIEWERS=LOGIN"]


def test_the_readme_prints_the_same_commands() -> None:
    """They are run as printed, by the rehearsal."""
    assert block(README) == block(PAGE)


def test_the_recorded_outputs_are_those_of_infra() -> None:
    """Names of outputs, variables, environments and settings; a new one is recorded too."""
    outputs = recorded()
    declared = re.findall(r'^output "(\w+)"', FILES["outputs.tf"], re.M)
    assert sorted(outputs) == sorted(declared)
    named = {each["environment"] for each in identities(FILES).values() if "environment" in each}
    assert set(outputs["variables"]["environments"]) == named
    assert set(outputs["subjects"]) == set(identities(FILES))
    keys = set(re.findall(r'"([a-z]+\.(?:[\w$.{}]+\.)?[a-z]+)"', FILES["outputs.tf"]))
    written = {re.sub(r"\.(?:staging|production)\.", ".${environment}.", key) for key in outputs["settings"]}
    assert written == keys
    assert all(KEYS.fullmatch(key) for key in outputs["settings"])


def test_infra_outputs_sets_exactly_the_variables_of_the_table_that_infra_creates() -> None:
    """A name that only one of page, infra/ and program has is refused; others are left to a person."""
    variables = recorded()["variables"]
    found = set(variables["repository"]).union(*variables["environments"].values())
    rows = table_under("From GitHub Actions", PAGE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert found == CREATED == variables_created(FILES)
    assert found <= documented


def test_the_page_has_the_exit_codes_of_the_command() -> None:
    """Those of its help, except success."""
    text = (ROOT / "src" / "seatrial" / "commands" / "infra.py").read_text()
    described = text.split('"infra-outputs"')[1].split("Exit codes:")[1].split('"""')[0]
    codes = set(re.findall(r"\b(\d+) [a-zA-Z]", described)) - {"0"}
    section = PAGE.split("## With parts that exist")[0]
    assert {row[0] for row in re.findall(r"^\| (\d+) \|(.*)", section, re.M)} == codes


@pytest.mark.parametrize(("words", "instance"), [((), "azure"), (("INSTANCE=mine",), "mine")])
def test_infra_bootstrap_uses_no_local_cloud(tmp_path: Path, words: tuple[str, ...], instance: str) -> None:
    """Example, publication and bootstrap of a machine with a local cloud `dev` go to Azure."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("seatrial", "python"):
        program = tmp_path / ".venv" / "bin" / name
        program.write_text('#!/bin/sh\necho "$SEATRIAL_INSTANCE ${0##*/} $1"\n')
        program.chmod(0o755)
    argv = ["make", "-s", "-o", "setup", "infra-bootstrap", *words]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True)
    steps = ("seatrial infra-bootstrap", "python -m", "seatrial publish", "seatrial infra-bootstrap")
    assert done.stdout.splitlines() == [f"{instance} {step}" for step in steps]
