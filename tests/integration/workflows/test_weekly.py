"""The workflow that audits the locks and tries the newest packages; OSV is a stand-in on this machine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from github_cli import GitHubState
from integration.workflows.act import WorkflowRunner
from integration.workflows.conftest import git
from osv_api import OsvStandIn, serving_osv
from seatrial.settings import Settings

WEEK: dict[str, object] = {"schedule": "37 4 * * 1", "repository": {"default_branch": "main"}}
VULNERABLE = f"pyyaml==5.3 \\\n    --hash=sha256:{'0' * 64}\n"
JOB_SECONDS = 1500
ADVISORY = "GHSA-6757-jp84-gxfx"
# A version of a package that lint, tests and pipeline import, newer than any, with a fault.
BROKEN = ("tenacity", "9999.0.0")


@pytest.fixture
def osv() -> Iterator[OsvStandIn]:
    """OSV with one advisory, on a version that no lock has."""
    with serving_osv() as standin:
        standin.advisories = {("pyyaml", "5.3"): ADVISORY}
        yield standin


@pytest.fixture
def on_main(runner: WorkflowRunner) -> WorkflowRunner:
    """A runner whose checkout is the branch `main`."""
    git("-C", str(runner.repository), "branch", "-M", "main")
    return runner


def locked(repository: Path) -> dict[str, str]:
    """Return the packages of development that are locked for Linux, with their versions."""
    lines = (repository / "requirements/dev.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)==(\S+)(?! ; sys_platform == 'win32') ", lines, re.M))


def commit(repository: Path, name: str, text: str) -> None:
    """Append to a file of the repository and commit it."""
    with (repository / name).open("a") as file:
        file.write(text)
    git("-C", str(repository), "commit", "-qam", f"Change {name}")


def test_an_audit_without_advisories_is_green_and_asks_for_every_locked_package(
    on_main: WorkflowRunner, osv: OsvStandIn
) -> None:
    """Those of the image, of development, of the local cloud's images and of QA's kit."""
    run = on_main.run("weekly.yml", "schedule", WEEK, job="audit", OSV_URL=osv.url)
    assert run.jobs == {"audit": "success"}, run.log
    assert osv.asked >= {*locked(on_main.repository), "aiohttp", "uv"}


def test_an_audit_with_an_advisory_is_red_until_it_is_accepted_with_a_reason(
    on_main: WorkflowRunner, osv: OsvStandIn
) -> None:
    """The log has package, version and id; the accepted id alone is left out."""
    commit(on_main.repository, "requirements/qa.txt", VULNERABLE)
    run = on_main.run("weekly.yml", "schedule", WEEK, job="audit", OSV_URL=osv.url)
    assert run.jobs == {"audit": "failure"}, run.log
    assert re.search(rf"pyyaml.*5\.3.*{ADVISORY}", run.log), run.log
    commit(on_main.repository, "requirements/accepted-advisories", f"{ADVISORY} only read by QA's own kit\n")
    run = on_main.run("weekly.yml", "schedule", WEEK, job="audit", OSV_URL=osv.url)
    assert run.jobs == {"audit": "success"}, run.log


def test_an_audit_that_could_not_be_made_is_red(on_main: WorkflowRunner) -> None:
    """If OSV does not answer, nothing is known; that is no pass."""
    run = on_main.run("weekly.yml", "schedule", WEEK, job="audit", OSV_URL="http://127.0.0.1:9/v1/query")
    assert run.jobs == {"audit": "failure"}, run.log
    assert "No known vulnerabilities" not in run.log


@pytest.fixture
def unchanging(tmp_path: Path, runner: WorkflowRunner) -> WorkflowRunner:
    """A runner for which the locked versions are the newest, with an environment of its own to install to."""
    path = tmp_path / "newest.txt"
    versions = locked(runner.repository)
    path.write_text(
        "".join(f"{name}=={version}\n" for name, version in versions.items() if name != BROKEN[0])
    )
    runner.environment = {**runner.environment, "STANDIN_VENV": "", "UV_CONSTRAINT": str(path)}
    return runner


def broken_wheel(folder: Path) -> Path:
    """Write a wheel of a version that cannot be imported; return its directory."""
    name, version = BROKEN
    folder.mkdir()
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise ImportError('a fault of the newest version')\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return folder


@pytest.mark.long
@pytest.mark.timeout(JOB_SECONDS + 60)
def test_a_week_in_which_the_newest_packages_pass_is_green(
    unchanging: WorkflowRunner, on_main: WorkflowRunner, osv: OsvStandIn, settings: Settings
) -> None:
    """Lint, unit tests and image pass with the new locks, and there is no issue."""
    run = on_main.run(
        "weekly.yml",
        "schedule",
        WEEK,
        seconds=JOB_SECONDS,
        OSV_URL=osv.url,
        SEATRIAL_IMAGE__BASE=settings.image.base,
    )
    assert (run.jobs["audit"], run.jobs["newest"]) == ("success", "success"), run.log
    assert run.jobs.get("issue") != "success"
    assert "check: " in run.log


@pytest.mark.long
@pytest.mark.timeout(JOB_SECONDS + 60)
def test_a_week_in_which_the_newest_version_is_broken_is_red_with_an_issue(
    unchanging: WorkflowRunner, on_main: WorkflowRunner, osv: OsvStandIn, tmp_path: Path
) -> None:
    """The lock takes the version, its fault ends the job, and the artefact has the lock."""
    wheels = broken_wheel(tmp_path / "wheels")
    run = on_main.run(
        "weekly.yml", "schedule", WEEK, seconds=JOB_SECONDS, OSV_URL=osv.url, UV_FIND_LINKS=str(wheels)
    )
    assert (run.jobs["audit"], run.jobs["newest"], run.jobs["issue"]) == ("success", "failure", "success"), (
        run.log
    )
    assert "a fault of the newest version" in run.log
    (lock,) = (on_main.folder / "artifacts").glob("*/newest/requirements/dev.txt")
    assert "==".join(BROKEN) in lock.read_text()
    (issue,) = GitHubState(on_main.folder / "calls.json").issues
    assert "The newest packages do not pass. Next: make lock-newest lint test-unit" in issue["comments"][0]
