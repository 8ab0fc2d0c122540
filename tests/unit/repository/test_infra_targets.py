"""Tests of the make targets of infra/ with a stand-in of OpenTofu that writes down how it is called."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from unit.repository.project import ROOT

PLAN = "seatrial.tfplan"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A directory with the Makefile, an empty infra/ and the stand-in."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "infra").mkdir()
    program = tmp_path / "stand-in"
    program.write_text(
        '#!/bin/sh\nshift; echo "$*" >> calls\n'
        f'case "$1" in init) exit 0;; plan) touch infra/{PLAN};; esac\nexit $FAILURE\n'
    )
    program.chmod(0o755)
    return tmp_path


def make(checkout: Path, *words: str, failure: int = 0) -> tuple[int, list[str]]:
    """Run make; return its exit code and the commands after `init` that the stand-in was called with."""
    program = checkout / "stand-in"
    argv = [
        "make",
        "-s",
        "-o",
        "setup",
        "-o",
        "infra-azure",
        "-o",
        "infra-github",
        f"TOFU={program}",
        f"FAILURE={failure}",
        *words,
    ]
    done = subprocess.run(argv, cwd=checkout, capture_output=True, text=True, timeout=30, check=False)
    first, *calls = (checkout / "calls").read_text().splitlines()
    assert first == "init -input=false"
    return done.returncode, calls


def test_a_plan_is_kept(checkout: Path) -> None:
    """It changes nothing and asks for nothing."""
    assert make(checkout, "infra-plan") == (0, [f"plan -input=false -out={PLAN}"])


def test_the_kept_plan_is_applied_once(checkout: Path) -> None:
    """What was read before is what happens; a plan that was applied is not applied again."""
    (checkout / "infra" / PLAN).touch()
    assert make(checkout, "infra-up") == (0, [f"apply {PLAN}"])
    assert not (checkout / "infra" / PLAN).exists()


def test_a_failed_plan_leaves_nothing_to_apply(checkout: Path) -> None:
    """OpenTofu and Terraform write the file also if the plan failed."""
    assert make(checkout, "infra-plan", failure=1)[0] == 2
    assert not (checkout / "infra" / PLAN).exists()


def test_a_plan_that_failed_is_not_kept(checkout: Path) -> None:
    """It does not fit any more, and OpenTofu would refuse it: the next `infra-up` asks."""
    (checkout / "infra" / PLAN).touch()
    assert make(checkout, "infra-up", failure=1)[0] == 2
    assert not (checkout / "infra" / PLAN).exists()


def test_an_older_plan_does_not_outlive_a_new_one_that_fails(checkout: Path) -> None:
    """`infra-up` would apply without a question what was read before the inputs changed."""
    (checkout / "infra" / PLAN).touch()
    assert make(checkout, "infra-plan", failure=1)[0] == 2
    assert not (checkout / "infra" / PLAN).exists()


@pytest.mark.parametrize(("target", "word"), [("infra-up", "apply"), ("infra-down", "destroy")])
def test_without_a_plan_opentofu_asks(checkout: Path, target: str, word: str) -> None:
    """Its own question is left out with YES=1 only."""
    assert make(checkout, target) == (0, [word])
    (checkout / "calls").unlink()
    assert make(checkout, target, "YES=1") == (0, [f"{word} -auto-approve"])


def test_git_ignores_state_plans_and_inputs() -> None:
    """The state has keys, and inputs are a person's."""
    names = [
        "terraform.tfstate",
        "terraform.tfstate.backup",
        PLAN,
        "terraform.tfvars",
        "github.auto.tfvars.json",
    ]
    paths = [f"infra/{name}" for name in [*names, "backend_override.tf", ".terraform/x"]]
    done = subprocess.run(
        ["git", "check-ignore", *paths], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.split() == paths
