"""A path that is given to make reaches the program as it is: with blanks, quotes and a dollar sign."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

import pytest

from unit.repository.project import ROOT

PATH = """a b/ü ñ/$x/'q'/"r"/$(HOME)"""
# In the help of a target: NAME=dir, NAME=file, NAME=directory.
PLACE = re.compile(r"\b([A-Z]+)=(?:dir|file)")
HELP = re.compile(r"^([a-z-]+):.*## (.*)$", re.M)
MAKEFILE = (ROOT / "Makefile").read_text()
PLACES = [(target, name) for target, text in HELP.findall(MAKEFILE) for name in PLACE.findall(text)]


def recipe(target: str, name: str) -> list[str]:
    """Return the words of the shell in the last line that make would run."""
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target, f"{name}={PATH}"],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return shlex.split(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("target", "name"), PLACES)
def test_a_path_of_the_help_is_one_word(target: str, name: str) -> None:
    """What make and the shell would replace in it stays."""
    assert {PATH, f"{name}={PATH}"} & set(recipe(target, name))


def test_the_help_has_paths() -> None:
    """The test above finds them there."""
    assert {name for _, name in PLACES} >= {
        "MODEL",
        "GOLDEN",
        "EVALUATION",
        "ONNX",
        "LABELS",
        "OUT",
        "PHOTOS",
    }


@pytest.mark.parametrize("name", ["JUNIT"])
def test_the_directory_of_results_is_one_word(name: str) -> None:
    """Each suite writes a file into it."""
    assert f"{PATH}/test-unit.xml" in recipe("test-unit", name)


@pytest.mark.parametrize(
    ("name", "variable"), [("CA", "SEATRIAL_ENVIRONMENTS__local__CA_FILE"), ("STORE", "SEATRIAL_STORE__URL")]
)
def test_a_path_for_the_settings_is_exported_as_it_is(name: str, variable: str) -> None:
    """They are variables of the commands' environment."""
    done = subprocess.run(
        ["make", "--no-print-directory", "-f", "-", "show", f"{name}={PATH}"],
        input=f"include Makefile\nshow:\n\t@printenv {variable}\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == f"{PATH}\n"
