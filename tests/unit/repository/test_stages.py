"""Tests that stages, commands, targets and pages agree, and that pages name existing files only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from seatrial import errors
from seatrial.cli import INTERRUPTED, app
from unit.repository.project import MAKEFILE, PAGES, README, ROOT, table_under, targets, targets_in

COMMANDS = sorted(typer.main.get_group(app).commands)
OTHERS = ("doctor", "current", "heartbeat", "lock-base", "qa-kit")
STAGES = [name for name in COMMANDS if name not in OTHERS and not name.startswith("infra-")]
# These stages print and produce no result for the next one.
RESULTS = {"bootstrap": "None", "history": "History", "trace": "Trace"}


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_row_in_the_readme(stage: str) -> None:
    """The stage table is complete."""
    assert [row for row in table_under("The stages") if row[0] == f"`{stage}`"], f"README: no row for {stage}"


def test_every_row_of_the_stage_table_is_a_stage() -> None:
    """The stage table contains no name that is not a command."""
    assert sorted(row[0].strip("`") for row in table_under("The stages")) == sorted(STAGES)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "current"])
def test_every_command_has_a_target_of_its_name_that_calls_it(command: str) -> None:
    """`make build` is `seatrial build`, in a recipe of one line."""
    recipe = re.search(rf"^{command}:.*\n((?:\t.*\n)+)", MAKEFILE, re.M)
    assert recipe, f"make has no target {command}"
    assert recipe.group(1).startswith(f"\t@seatrial {command}")
    assert recipe.group(1).count("\n") == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_a_function_of_its_name_in_a_file_of_its_name(stage: str) -> None:
    """`src/seatrial/stages/<stage>.py` defines `<stage>`, with settings in and a typed result out."""
    text = (ROOT / f"src/seatrial/stages/{stage}.py").read_text()
    signature = re.search(rf"^def {stage}\((.*?)\) -> (\w+):", text, re.M | re.S)
    assert signature, f"{stage}.py has no function {stage}"
    assert "settings: Settings" in signature.group(1)
    assert signature.group(2) == RESULTS.get(stage, f"{stage.capitalize()}Result")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_target_that_a_page_names_exists(page: Path) -> None:
    """A make command in a page names existing targets."""
    commands = re.findall(r"^\$ (make .*)$|`(make [^`]*)`", page.read_text(), re.M)
    named = {word for pair in commands for word in targets_in("".join(pair)) if word.isascii()}
    assert named <= targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_has_a_target(page: Path) -> None:
    """A link to a file of the repository leads to an existing file."""
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_source_file_that_a_page_names_exists(page: Path) -> None:
    """A path below `src` or `tests` in a page is a file or directory of the repository."""
    paths = set(re.findall(r"`((?:src|tests)/[\w./-]+)`", page.read_text()))
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_function_that_a_page_names_is_in_the_file_it_names(page: Path) -> None:
    """`name` in `src/….py` leads a reader to a function or class of that name."""
    named = re.findall(r"`(?:\w+\.)?(\w+)` in\s+`(src/[\w/]+\.py)`", page.read_text())
    missing = [
        f"{name} in {path}"
        for name, path in named
        if not re.search(rf"^ *(?:def|class) {name}\b", (ROOT / path).read_text(), re.M)
    ]
    assert missing == []


def test_the_readme_lists_every_exit_code() -> None:
    """The table of exit codes is that of the error classes, success and an interruption."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.SeatrialError)}
    assert {int(row[0]) for row in table_under("Exit codes of `seatrial`")} == codes | {0, INTERRUPTED}


def test_the_readme_is_short() -> None:
    """The README has fewer than 140 lines."""
    assert len(README.splitlines()) < 140


def test_ci_runs_the_readmes_test_command() -> None:
    """`.ci/run` runs `make test`, the command of the README."""
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text()
    assert "$ make test " in README


def test_the_tests_page_lists_every_test_target() -> None:
    """The table of suites contains each target that runs tests."""
    page = (ROOT / "docs" / "reference" / "tests.md").read_text()
    suites = {name for name in targets() if re.fullmatch(r"test-(?!all|nightly).*", name)}
    assert {name for name in suites if f"`{name}`" not in page} == set()
