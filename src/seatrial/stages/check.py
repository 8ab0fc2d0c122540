"""check: the built image, under its own tests."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from seatrial import console
from seatrial.errors import OutsideError, RefusedError
from seatrial.image.engine import connect, find_image
from seatrial.process import run, tail
from seatrial.results import BuildResult, CheckResult, FetchResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace

TESTS = "tests/integration/image"
CHECK_SECONDS = 300
# What pytest ends with when its tests ran, whatever they found; anything else is a fault of the run.
RAN = (0, 1, 5)


@dataclass(frozen=True)
class Tally:
    """How many tests passed, and the names of those that did not, skipped ones included."""

    passed: int
    others: tuple[str, ...]


def check(settings: Settings, workspace: Workspace, tests: str = TESTS) -> CheckResult:
    """Test the built image in containers of its own, and return how many tests passed.

    Raises RefusedError when one fails or is skipped, or when there is none; OutsideError when the engine
    or the test run itself fails. The JUnit report stands beside the result in any case.
    """
    stamp = StageRun()
    built = workspace.read_result(BuildResult)
    golden = workspace.read_result(FetchResult).golden_path
    find_image(connect(), built.image_id)
    report = workspace.directory / "run" / "check.xml"
    with console.step("testing the image"):
        output = _run_tests(workspace, tests, report, built, golden, settings.image.ready_seconds)
    tally = read_report(report, output)
    if tally.others or not tally.passed:
        what = f"{', '.join(tally.others)} did not pass" if tally.others else "there was no test"
        raise RefusedError(f"the image is not fit: {what}", f"see {report}", log=tail(output))
    return CheckResult(
        **stamp.fields(workspace), image_id=built.image_id, passed=tally.passed, report=str(report)
    )


def _run_tests(
    workspace: Workspace, tests: str, report: Path, built: BuildResult, golden: str, ready_seconds: float
) -> str:
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    words += [f"--image={built.image_id}", f"--golden={golden}", f"--model-digest={built.model.digest}"]
    words += [f"--ready-seconds={ready_seconds}", f"--junitxml={report}"]
    # Options of whoever runs this, a selection of tests say, must not thin out the gate.
    quiet = {"PYTEST_ADDOPTS": ""}
    done = run(words, timeout=CHECK_SECONDS, cwd=workspace.root, env=quiet, check=False)
    if done.code not in RAN:
        raise OutsideError(
            f"the test run ended with {done.code}", "the lines above say why", tail(done.output)
        )
    return done.output


def read_report(report: Path, output: str = "") -> Tally:
    """Return what a JUnit report says; OutsideError when there is none to read."""
    try:
        cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - our own pytest wrote it
        named = [(f"{case.get('name')}", {child.tag for child in case}) for case in cases]
    except (OSError, ElementTree.ParseError) as error:
        raise OutsideError("the test run left no report", "the lines above say why", tail(output)) from error
    others = tuple(name for name, tags in named if tags & {"failure", "error", "skipped"})
    return Tally(len(named) - len(others), others)
