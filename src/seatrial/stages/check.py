"""check: run the image tests against the built image."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from imagemodel.errors import ImageModelError
from imagemodel.golden import load_golden
from seatrial import console
from seatrial.errors import OutsideError, RefusedError
from seatrial.image.docker_client import connect, find_image
from seatrial.image.session_containers import VARIABLE, image_test_session
from seatrial.process import run, tail
from seatrial.results import BuildResult, CheckResult, FetchResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system.acceptance_suite import PYTEST
from seatrial.workspace import Workspace

TESTS = "tests/integration/image"
CHECK_SECONDS = 300
# Each golden photo is sent by both routes, by `/score` twice.
PHOTO_SECONDS = 2
# Exit codes of pytest after a complete run: passed, failed, no tests. Others are a failure of the run itself.
COMPLETE_RUN = (0, 1, 5)


@dataclass(frozen=True)
class JUnitSummary:
    """The names of the passed tests and of all others, skipped ones included."""

    names: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def passed(self) -> int:
        """The number of passed tests."""
        return len(self.names)


def check(settings: Settings, workspace: Workspace, tests: str = TESTS) -> CheckResult:
    """Test the built image in containers and return the passed tests.

    Raises RefusedError if a test fails or is skipped, or there is none; OutsideError if the engine or the
    test run itself fails, or takes longer than `check_seconds`. The JUnit report is written unless the run is
    killed. However it ends, its containers are removed.
    """
    stage_run = StageRun()
    built = workspace.read_result(BuildResult)
    golden = workspace.read_result(FetchResult).golden_path
    engine = connect()
    find_image(engine, built.image_id)
    report = workspace.directory / "run" / "check.xml"
    with image_test_session(engine, workspace) as session, console.step("testing the image"):
        argv = _command(tests, report, built, golden, settings.image.ready_seconds)
        output = _run_tests(workspace, argv, report, session, check_seconds(Path(golden)))
    summary = read_report(report, output)
    if summary.others or not summary.passed:
        what = f"{', '.join(summary.others)} did not pass" if summary.others else "there was no test"
        raise RefusedError(f"the image failed its tests: {what}", f"see {report}", log=tail(output))
    return CheckResult(
        **stage_run.fields(workspace),
        image_id=built.image_id,
        passed=summary.passed,
        tests=summary.names,
        report=str(report),
    )


def _command(tests: str, report: Path, built: BuildResult, golden: str, ready_seconds: float) -> list[str]:
    argv = [*PYTEST, tests]
    argv += [f"--image={built.image_id}", f"--golden={golden}", f"--model-digest={built.model.digest}"]
    return [*argv, f"--ready-seconds={ready_seconds}", f"--junitxml={report}"]


def check_seconds(golden: Path) -> float:
    """Return the time limit of the tests with the golden set of a directory, in seconds."""
    try:
        return max(CHECK_SECONDS, len(load_golden(golden).photos) * PHOTO_SECONDS)
    except ImageModelError:
        # The tests name what is wrong with it.
        return CHECK_SECONDS


def _run_tests(workspace: Workspace, argv: list[str], report: Path, session: str, seconds: float) -> str:
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    # Options from the user's environment, such as -k, must not deselect tests here.
    environment = {"PYTEST_ADDOPTS": "", VARIABLE: session}
    done = run(argv, timeout=seconds, cwd=workspace.root, env=environment, check=False)
    if done.code not in COMPLETE_RUN:
        raise OutsideError(f"the test run exited with {done.code}", "see the lines above", tail(done.output))
    return done.output


def read_report(report: Path, output: str = "") -> JUnitSummary:
    """Return the summary of a JUnit report. Raises OutsideError if it cannot be read."""
    try:
        cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - our own pytest wrote it
        named = [(f"{case.get('name')}", {child.tag for child in case}) for case in cases]
    except (OSError, ElementTree.ParseError) as error:
        raise OutsideError("the test run wrote no report", "see the lines above", tail(output)) from error
    others = tuple(name for name, tags in named if tags & {"failure", "error", "skipped"})
    return JUnitSummary(tuple(name for name, _ in named if name not in others), others)
