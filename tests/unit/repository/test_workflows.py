"""The workflows are thin, pinned, and given no right without a reason."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unit.repository.project import ROOT, WORKFLOWS, made, steps, targets, workflow

NAMES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))
FILES = sorted((ROOT / ".github").rglob("*.yml"))
BIN = Path(sys.executable).parent


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    """Audit the workflows of a folder, asking nobody outside."""
    return run("zizmor", "--offline", "--no-progress", "-q", "--format", "plain", str(folder))


def actionlint(*paths: str) -> subprocess.CompletedProcess[str]:
    """Check workflows' syntax, alike on machines that have shellcheck and that have not."""
    return run("actionlint", "-shellcheck=", "-pyflakes=", *paths)


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run one of the project's own tools from its root."""
    return subprocess.run(
        [str(BIN / argv[0]), *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_actionlint_finds_nothing() -> None:
    """Every workflow is one that GitHub would run."""
    assert actionlint().stdout == ""


def test_actionlint_refuses_a_job_that_waits_for_none(tmp_path: Path) -> None:
    """The linter itself has been seen refusing."""
    broken = tmp_path / "broken.yml"
    broken.write_text((WORKFLOWS / "ci.yml").read_text().replace("needs: code", "needs: cod"))
    assert '"cod" which does not exist' in actionlint(str(broken)).stdout


def test_zizmor_finds_nothing() -> None:
    """No known way to misuse a workflow is open."""
    done = zizmor(ROOT / ".github")
    assert done.returncode == 0, done.stdout


def test_zizmor_refuses_an_action_that_is_not_pinned(tmp_path: Path) -> None:
    """The auditor itself has been seen refusing."""
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.write_text(re.sub(r"checkout@\w{40} # v\S+", "checkout@v7", path.read_text()))
    done = zizmor(tmp_path / ".github")
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_our_own_is_a_make_target(name: str) -> None:
    """CI runs nothing that a laptop can't."""
    for step in steps(name):
        if "run" in step:
            assert step["run"].startswith("make ")
            assert "\n" not in step["run"].strip()
            assert set(made(step["run"])) <= targets()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_granted_to_a_workflow_as_a_whole(name: str) -> None:
    """Each job asks for its own rights."""
    assert workflow(name)["permissions"] == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_right_has_its_reason_behind_it(path: Path) -> None:
    """Who reviews a right reads why it is there."""
    rights = re.findall(r"^ +(?:contents|id-token|[a-z-]+): (?:read|write)\b.*$", path.read_text(), re.M)
    assert [line for line in rights if not re.search(r" # \w+ \w+", line)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_and_tells_its_version(path: Path) -> None:
    """A tag that moves changes nothing here."""
    remote = re.findall(r"uses: (?!\./)(.*)", path.read_text())
    assert [use for use in remote if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d[\d.]*", use)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_job_has_a_deadline(name: str) -> None:
    """A job that hangs is ended; a called workflow's jobs have their own."""
    jobs = workflow(name)["jobs"].items()
    assert [job for job, told in jobs if "uses" not in told and "timeout-minutes" not in told] == []


def test_a_release_is_never_cut_off_and_never_meets_another() -> None:
    """Both workflows that release to staging take turns; production's wait keeps nobody from staging."""
    nightly, promote = workflow("nightly.yml"), workflow("promote.yml")
    staging = [workflow("cd.yml")["concurrency"], nightly["jobs"]["staging"]["concurrency"]]
    assert staging == [{"group": "release-staging", "cancel-in-progress": False}] * 2
    assert "concurrency" not in nightly
    production = promote["jobs"]["production"]["concurrency"]
    assert production == {"group": "release-production", "cancel-in-progress": False}


def test_production_is_released_to_only_with_its_reviewers_names() -> None:
    """The job runs in the environment whose reviewers are asked, and hands on who they were."""
    job = workflow("promote.yml")["jobs"]["production"]
    (last,) = [step for step in job["steps"] if "run" in step]
    assert job["environment"] == "production"
    assert last["run"] == "make promote ENV=production"
    assert last["env"] == {"APPROVALS": "${{ steps.approvals.outputs.file }}"}


def test_no_workflow_keeps_a_secret() -> None:
    """Azure is asked by the run's own identity."""
    assert [path.name for path in FILES if re.search(r"\bsecrets\b\s*[.:\[]", path.read_text())] == []
