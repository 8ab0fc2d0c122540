"""The checks of a copy of infra/, and the faults that they must find."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from go_program import ROOT
from infra_check.faults import Fault
from infra_check.tools import SECONDS, Tofu, checkov
from unit.repository.infra_files import infra_files
from unit.repository.infra_rules import violations
from unit.repository.project import WORKFLOWS, workflow

INFRA = ROOT / "infra"
SOURCES = ("*.tf", "*.yaml", "tests/*.hcl")
Check = Callable[[Tofu, Path], str]


@contextmanager
def copied() -> Iterator[Path]:
    """Yield a copy of infra/ without state, inputs and plans, which must not change the result."""
    with TemporaryDirectory(prefix="seatrial-infra-") as name:
        folder = Path(name)
        (folder / "tests").mkdir()
        for source in (each for pattern in SOURCES for each in INFRA.glob(pattern)):
            shutil.copy(source, folder / source.relative_to(INFRA))
        yield folder


def formatted(tofu: Tofu, folder: Path) -> str:
    """Return what is not formatted, empty if everything is."""
    return _failed(tofu.run(folder, "fmt", "-check", "-diff", "-recursive"))


def valid(tofu: Tofu, folder: Path) -> str:
    """Return why the files are not valid by the provider's schema, empty if they are."""
    return _failed(tofu.run(folder, "validate", "-no-color"))


def tested(tofu: Tofu, folder: Path) -> str:
    """Return which tests with a mocked Azure fail, empty if none does; at most those of one file."""
    files = sorted((folder / "tests").glob("*.tftest.hcl"))
    runs = (tofu.run(folder, "test", "-no-color", f"-filter=tests/{file.name}") for file in files)
    return next((problem for problem in map(_failed, runs) if problem), "")


def secure(tofu: Tofu, folder: Path) -> str:
    """Return which checks of checkov fail that infra/.checkov.yaml does not leave out, empty if none does.

    A file that checkov cannot read, in which it checks nothing, fails too.
    """
    config = str(INFRA / ".checkov.yaml")
    command = [*checkov(), "--directory", str(folder), "--config-file", config, "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    try:
        results = json.loads(done.stdout)["results"]
        failed, unread = results["failed_checks"], results["parsing_errors"]
    except (ValueError, KeyError, TypeError):
        return f"checkov printed no result:\n{done.stderr[-2000:]}{done.stdout[-2000:]}"
    lines = [f"{each['check_id']} {each['resource']}: {each['check_name']}" for each in failed]
    return "\n".join([*lines, *(f"{Path(each).name} cannot be read" for each in unread)])


def ruled(tofu: Tofu, folder: Path) -> str:
    """Return which rules of the unit suite are broken, empty if none is: workflows, pages, who gets what."""
    page = (ROOT / "docs" / "reference" / "identities.md").read_text()
    workflows = {path.name: workflow(path.name) for path in sorted(WORKFLOWS.glob("*.yml"))}
    return "\n".join(violations(infra_files(folder), page, workflows))


CHECKS: dict[str, Check] = {
    "format": formatted,
    "rules": ruled,
    "types": valid,
    "tests": tested,
    "checkov": secure,
}


def planted(tofu: Tofu, fault: Fault) -> str:
    """Put a fault into a copy of infra/ and return the name of the check that finds it, empty if none does.

    checkov is not asked: what it finds depends on its version.
    """
    with copied() as folder:
        fault.plant(folder)
        return next((name for name in ("types", "tests", "rules") if CHECKS[name](tofu, folder)), "")


def _failed(done: subprocess.CompletedProcess[str]) -> str:
    return "" if done.returncode == 0 else done.stdout or f"exit code {done.returncode}"
