"""The workflows of a release fit together: one contract over all of them, and faults that it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from unit.repository.contract import Files, read, texts
from unit.repository.contract_artefacts import of_artefacts
from unit.repository.contract_calls import of_actions, of_calls, of_outputs, reporting, written_outputs
from unit.repository.contract_jobs import of_inputs, of_jobs
from unit.repository.contract_runs import of_concurrency, of_deadlines, of_recovery, of_schedules
from unit.repository.contract_steps import of_steps
from unit.repository.contract_tables import MAIN, artefact_rows, outcome, workflow_rows
from unit.repository.expressions import starts
from unit.repository.identity_rules import violations as identity_violations
from unit.repository.planted_contract import PLANTED
from unit.repository.planted_runs import PLANTED_RUNS
from unit.repository.project import ROOT, table_under

PAGE = (ROOT / "docs" / "reference" / "workflows.md").read_text()

# How update and propose of `model` ended, and whether an issue reports it.
MODELS = (
    ("success", "success", False),
    ("failure", "skipped", True),
    ("cancelled", "skipped", True),
    ("success", "failure", True),
    ("success", "cancelled", True),
)
FAULTS = {**PLANTED, **PLANTED_RUNS}
OUTCOMES = table_under("After a release", PAGE)


def of_reports(files: Files) -> Iterator[str]:
    """Yield each row of the page's table of outcomes that the conditions of settle and issue contradict."""
    for row in OUTCOMES:
        for name, issue in (("release.yml", row[5]), ("promote.yml", row[6])):
            if outcome(files, name, row) != (row[3] != "skipped", issue == "yes"):
                yield f"{name}: {row}"
    for update, propose, reported in MODELS:
        values = {"github.ref": MAIN, "needs.update.result": update, "needs.propose.result": propose}
        if starts(files.jobs("model.yml")["issue"]["if"], values) is not reported:
            yield f"model.yml: update {update}, propose {propose}"


def of_page(files: Files) -> Iterator[str]:
    """Yield each table of the page that is not as the files are."""
    if table_under("Workflows", PAGE) != workflow_rows(files):
        yield "the page has other workflows, events, jobs or groups"
    if table_under("Artefacts", PAGE) != artefact_rows(files):
        yield "the page has other artefacts"


def of_identities(files: Files) -> Iterator[str]:
    """Yield what is wrong with the branch, the rights and the machine of a job."""
    yield from identity_violations(files.workflows)


RULES = (
    of_calls,
    of_actions,
    of_outputs,
    of_artefacts,
    of_jobs,
    of_inputs,
    of_steps,
    of_concurrency,
    of_deadlines,
    of_recovery,
    of_schedules,
    of_reports,
    of_page,
    of_identities,
)


def violations(files: Files) -> list[str]:
    """Return everything that is wrong with a set of workflows and actions."""
    return [problem for rule in RULES for problem in rule(files)]


def test_every_rule_holds() -> None:
    """Calls, outputs, artefacts, environments, variables, groups, deadlines, recovery, schedules, reports."""
    assert violations(read(texts())) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    """A fault of one or two lines in one file breaks a rule."""
    fault, changed = FAULTS[name], texts()
    before, found, after = (str.rpartition if fault.last else str.partition)(changed[fault.file], fault.text)
    assert found, f"{fault.file} has no {fault.text!r}"
    changed[fault.file] = before + fault.instead + after
    assert violations(read(changed)) != []


def test_there_are_faults_in_each_file_of_a_release() -> None:
    """A file without a planted fault would be compared with nothing."""
    planted = {fault.file for fault in FAULTS.values()}
    names = ("cd", "nightly", "release", "promote", "model", "rollback", "resume")
    assert planted >= {f"workflows/{name}.yml" for name in names}


def test_the_outputs_are_those_that_the_commands_write() -> None:
    """The rules read them from the code; empty ones would let every expression pass."""
    assert written_outputs() == {"code", "notice", "error"}
    assert {"update", "push", "accept", "promote", "settle", "rollback", "propose"} <= reporting()


@pytest.mark.parametrize("row", table_under("What else happens", PAGE), ids=lambda row: row[0])
def test_each_event_of_the_page_is_shown_by_a_test(row: list[str]) -> None:
    """A renamed test would leave a sentence that nothing proves."""
    (name,) = re.findall(r"^`(test_\w+)`$", row[2])
    paths = (ROOT / "tests").rglob("test_*.py")
    assert any(f"def {name}(" in path.read_text() for path in paths)
