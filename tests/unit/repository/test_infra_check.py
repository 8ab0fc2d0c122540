"""Tests of `make infra-check` with stand-ins of OpenTofu, and of what make prints where there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import infra_check.__main__ as command
from infra_check import checks, tools
from infra_check.checks import copied, planted
from infra_check.faults import Fault
from infra_check.tools import PROVIDER, Tofu, tofu
from unit.repository.project import ROOT

FAULT = Fault("store.tf", '"ZRS"', '"LRS"')


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is the whole PATH, beside the one with the shell; the cache is empty."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "cat", "grep"):
        (folder / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TOFU", raising=False)
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return folder


def stand_in(folder: Path, name: str, script: str) -> Path:
    """Write a program that is a shell script."""
    path = folder / name
    path.write_text(f"#!{folder}/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_opentofu_comes_before_terraform(programs: Path, tmp_path: Path) -> None:
    """Terraform runs where only that is installed; the variable TOFU names another program."""
    stand_in(programs, "terraform", "exit 0")
    with tofu(tmp_path) as found:
        assert Path(found.program).name == "terraform"
    stand_in(programs, "tofu", "exit 0")
    with tofu(tmp_path) as found:
        assert Path(found.program).name == "tofu"


def test_the_variable_names_the_program(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is preferred to what is on the PATH."""
    stand_in(programs, "tofu", "exit 1")
    monkeypatch.setenv("TOFU", str(stand_in(programs, "other", "exit 0")))
    with tofu(tmp_path) as found:
        assert Path(found.program).name == "other"


def test_a_built_provider_is_used_without_a_registry(programs: Path, tmp_path: Path) -> None:
    """`init` is not run: it would ask the registry of providers."""
    stand_in(programs, "tofu", 'test "$1" != init && cat "$TF_CLI_CONFIG_FILE"')
    PROVIDER.cached().parent.mkdir(parents=True)
    PROVIDER.cached().write_text("built")
    with tofu(tmp_path) as found:
        done = found.run(tmp_path, "validate")
        folder = Path(done.stdout.split('= "')[1].split('"')[0])
        assert (folder / "terraform-provider-azurerm").read_text() == "built"
    assert 'dev_overrides { "hashicorp/azurerm" = ' in done.stdout


def test_a_provider_that_cannot_be_downloaded_is_built(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a registry of providers the Go module is the source."""
    stand_in(programs, "tofu", 'test "$1" != init')
    monkeypatch.setattr(tools.GoProgram, "path", lambda self: stand_in(tmp_path, self.name, "exit 0"))
    with tofu(tmp_path) as found:
        assert set(found.environment) == {"TF_CLI_CONFIG_FILE"}


def test_a_fault_that_no_check_finds_is_reported(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that accepts everything finds no fault, so the check fails and names it."""
    stand_in(programs, "tofu", "exit 0")
    monkeypatch.setattr(command, "FAULTS", [FAULT])
    monkeypatch.setattr(command, "CHECKS", {"types": checks.valid})
    monkeypatch.setattr("sys.argv", ["infra_check", "--faults"])
    assert command.main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "infra-check: types: passed",
        'infra-check: store.tf: "ZRS" -> "LRS": NOT FOUND',
        'infra-check: failed: store.tf: "ZRS" -> "LRS"',
    ]


def test_a_fault_is_planted_in_a_copy(programs: Path) -> None:
    """The check that finds it is named, and the files of the checkout stay as they are."""
    before = (ROOT / "infra" / "store.tf").read_text()
    program = stand_in(programs, "tofu", 'test "$1" = test && grep LRS store.tf && exit 1; exit 0')
    assert planted(Tofu(str(program), {}), FAULT) == "tests"
    assert (ROOT / "infra" / "store.tf").read_text() == before


def test_state_inputs_and_plans_are_not_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They would change the result of the tests, or be read by a program that need not."""
    shutil.copytree(ROOT / "infra", tmp_path / "infra")
    for name in ("terraform.tfstate", "terraform.tfvars", "github.auto.tfvars.json", "seatrial.tfplan"):
        (tmp_path / "infra" / name).write_text("")
    monkeypatch.setattr(checks, "INFRA", tmp_path / "infra")
    with copied() as folder:
        suffixes = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert suffixes == {".tf", ".hcl", ".yaml"}


@pytest.mark.parametrize(
    ("printed", "reported"),
    [
        ('{"results": {"failed_checks": [], "parsing_errors": []}}', ""),
        ('{"results": {"failed_checks": [], "parsing_errors": ["/x/a.tf"]}}', "a.tf cannot be read"),
        (
            '{"results": {"failed_checks": [{"check_id": "C", "resource": "r", "check_name": "n"}],'
            ' "parsing_errors": []}}',
            "C r: n",
        ),
        ('{"results": {"failed_checks": []}}', "checkov printed no result"),
        ("[]", "checkov printed no result"),
        ("", "checkov printed no result"),
    ],
)
def test_checkov_passes_only_what_it_has_read(
    programs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, printed: str, reported: str
) -> None:
    """A file that it cannot read, or no result, fails like a check that fails."""
    program = stand_in(programs, "checkov", f"cat <<'E'\n{printed}\nE")
    monkeypatch.setattr(checks, "checkov", lambda: [str(program)])
    found = checks.secure(Tofu("", {}), tmp_path)
    assert found.startswith(reported)
    assert bool(found) == bool(reported)


@pytest.mark.parametrize("target", ["infra-plan", "infra-up", "infra-down"])
def test_make_names_the_fix_where_no_program_is_installed(programs: Path, target: str) -> None:
    """One line, before anything is run."""
    make = shutil.which("make", path="/usr/bin:/bin:/usr/local/bin")
    assert make
    # As if it were set up: the files of a checkout may be newer than its virtual environment.
    argv = [make, "-n", "-o", ".venv/.installed", target, "GITHUB=0", f"SHELL={programs}/sh"]
    done = subprocess.run(argv, cwd=ROOT, env={"PATH": str(programs)}, capture_output=True, text=True)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "neither OpenTofu nor Terraform is installed. Cure: https://opentofu.org" in line
