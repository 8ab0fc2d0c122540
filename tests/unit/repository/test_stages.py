"""A stage is one file, one command, one target and one row of the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from seatrial import errors
from seatrial.cli import app
from unit.repository.project import MAKEFILE, README, ROOT, made, rows, targets

COMMANDS = sorted(typer.main.get_group(app).commands)  # type: ignore[attr-defined]
STAGES = [name for name in COMMANDS if name not in ("doctor", "current")]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_row_in_the_readme(stage: str) -> None:
    """The stage table leaves nothing out."""
    assert [row for row in rows("The stages") if row[0] == f"`{stage}`"], f"README has no row for {stage}"


def test_the_readme_names_no_stage_that_is_none() -> None:
    """Whoever types a name of the stage table is understood."""
    assert sorted(row[0].strip("`") for row in rows("The stages")) == sorted(STAGES)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "current"])
def test_every_command_has_a_target_of_its_name_that_calls_it(command: str) -> None:
    """`make build` is `seatrial build`, in a recipe of one line."""
    recipe = re.search(rf"^{command}:.*\n((?:\t.*\n)+)", MAKEFILE, re.M)
    assert recipe, f"make has no target {command}"
    assert recipe.group(1).startswith(f"\t@seatrial {command}")
    assert recipe.group(1).count("\n") == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_a_function_of_its_name_in_a_file_of_its_name(stage: str) -> None:
    """Who looks for a stage finds it by its name; typed result in, typed result out."""
    text = (ROOT / f"src/seatrial/stages/{stage}.py").read_text()
    signature = re.search(rf"^def {stage}\((.*?)\) -> (\w+):", text, re.M | re.S)
    assert signature, f"{stage}.py has no function {stage}"
    assert "settings: Settings" in signature.group(1)
    # What only tells hands nothing on: its answer is no stage's result.
    given = {"bootstrap": "None", "history": "History", "trace": "Trace"}
    assert signature.group(2) == given.get(stage, f"{stage.capitalize()}Result")


@pytest.mark.parametrize("page", ["README.md", "docs/README.md", "docs/how-to/azure.md"])
def test_every_target_that_a_page_tells_exists(page: str) -> None:
    """No page tells anybody to type what make does not know."""
    text = (ROOT / page).read_text()
    told = re.findall(r"^\$ (make .*)$|`(make [^`]*)`", text, re.M)
    named = {word for pair in told for word in made("".join(pair)) if word.isascii()}
    assert named <= targets()


def test_every_link_of_the_pages_leads_somewhere() -> None:
    """A page that is named is there."""
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_the_readme_tells_every_exit_code() -> None:
    """The table of exit codes is the errors' own."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.SeatrialError)}
    assert {int(row[0]) for row in rows("Exit codes of `seatrial`")} == codes | {0}


def test_the_readme_stays_short() -> None:
    """It is read whole."""
    assert len(README.splitlines()) < 120


def test_ci_runs_the_readmes_test_command() -> None:
    """What CI proves is what the README promises."""
    script = Path(ROOT / ".ci" / "run").read_text()
    assert "\nmake test\n" in script
    assert "$ make test " in README
