"""The acceptance suite in a process of its own, as a release runs it."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.analysis.suite import Endpoint, Expectation, SuiteRequest
from seatrial.process import run
from seatrial.settings import Dns
from seatrial.system.acceptance_suite import PYTEST, PytestSuite
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
EXPECTATION = Expectation("trial-1", "sha256:" + "a" * 64, "sha256:" + "b" * 64)
INCOMPLETE = "acceptance suite ran completely"

# A suite with the options of the real one. Its report has one check, whose detail is the options' values.
CONFTEST = """
def pytest_addoption(parser):
    for name in ("--url", "--address", "--dns", "--ca", "--golden", "--report"):
        parser.addoption(name, default="")
    parser.addoption("--expect", action="append", default=[])
"""
OPTIONS_TEST = """
import json, pathlib, warnings

def test_options(pytestconfig):
    warnings.warn("a library's warning")
    names = ("url", "address", "dns", "golden", "expect")
    given = {name: pytestconfig.getoption(name) for name in names}
    installed = ("xdist", "hypothesispytest", "schemathesis", "pytest_cov", "pytest_timeout")
    given["plugins"] = [name for name in installed if pytestconfig.pluginmanager.hasplugin(name)]
    row = {"name": "options", "test": "1", "required": True, "passed": True, "detail": json.dumps(given)}
    report = {"declared": [row], "checks": [row], "skipped": []}
    pathlib.Path(pytestconfig.getoption("report")).write_text(json.dumps(report))
"""


def request(golden: Path, port: int = 1, name: str = "unit") -> SuiteRequest:
    """Return a request for an endpoint on this machine; nothing listens on port 1."""
    return SuiteRequest(Endpoint(f"http://127.0.0.1:{port}"), golden, EXPECTATION, name)


@pytest.fixture
def checkout(tmp_path: Path) -> Workspace:
    """A checkout whose suite reports its options; a warning is an error there, as in the project."""
    suite = tmp_path / "tests" / "e2e" / "acceptance"
    suite.mkdir(parents=True)
    (tmp_path / "reports" / "unit").mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (suite / "conftest.py").write_text(CONFTEST)
    (suite / "test_options.py").write_text(OPTIONS_TEST)
    return Workspace(tmp_path, "unit")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_suite_fails_once_without_an_endpoint(golden: Path) -> None:
    """If nothing listens, one check fails because of that; the others have no result, which fails too."""
    report = PytestSuite(Workspace(ROOT, "unit")).start(request(golden, name="unreachable")).result()
    written = json.loads((ROOT / "reports" / "unit" / "unreachable.json").read_text())
    assert [check.name for check in report.checks] == ["The endpoint responds.", INCOMPLETE]
    assert len(written["declared"]) > 20
    assert written["skipped"] == []
    assert not any(check.passed for check in report.checks)
    assert "127.0.0.1:1" in report.checks[0].detail
    assert "checks failed" in report.failure


def test_a_project_above_checkout_and_golden_set_does_not_configure_the_suite(
    checkout: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A home directory can have a setup.py; the suite reads the configuration of the checkout."""
    home = tmp_path_factory.mktemp("home")
    for name in ("golden", "ca.pem"):
        (home / name).mkdir()
    (home / "setup.py").touch()
    root = Path(shutil.move(checkout.root, home / "checkout"))
    (root / "pytest.ini").write_text("[pytest]\npythonpath = lib\n")
    (root / "lib").mkdir()
    (root / "lib" / "of_the_checkout.py").touch()
    conftest = root / "tests/e2e/acceptance/conftest.py"
    conftest.write_text(f"import of_the_checkout\n{conftest.read_text()}")
    endpoint = Endpoint("http://local.test", ca_file=str(home / "ca.pem"))
    asked = SuiteRequest(endpoint, home / "golden", EXPECTATION, "unit")
    (check,) = PytestSuite(Workspace(root, "unit")).start(asked).result().checks
    assert json.loads(check.detail)["golden"] == str(home / "golden")


def test_a_suite_that_does_not_run_fails(tmp_path: Path) -> None:
    """A process that ends without a report is a failed check."""
    (tmp_path / "reports").mkdir()
    report = PytestSuite(Workspace(tmp_path, "unit")).start(request(tmp_path)).result()
    assert [check.name for check in report.checks] == [INCOMPLETE]
    assert report.failure


def test_the_suite_gets_the_request_and_no_other_options(
    checkout: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets endpoint, golden set and expectation, and no option of the pytest that runs this process.

    Of the plugins that are installed it loads those that it needs; all would take a second.
    """
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    endpoint = Endpoint("http://local.test", "198.51.100.1", Dns(server="198.51.100.53", port=5353))
    asked = SuiteRequest(endpoint, Path("/golden/set"), EXPECTATION, "unit")
    (check,) = PytestSuite(checkout).start(asked).result().checks
    assert check.passed
    assert json.loads(check.detail) == {
        "url": "http://local.test",
        "address": "198.51.100.1",
        "dns": "198.51.100.53:5353",
        "golden": "/golden/set",
        "expect": [
            f"release={EXPECTATION.release}",
            f"image={EXPECTATION.image}",
            f"model={EXPECTATION.model}",
        ],
        "plugins": ["pytest_timeout"],
    }


def test_a_report_of_an_earlier_run_does_not_count(checkout: Workspace, tmp_path: Path) -> None:
    """A suite that ends without writing its report fails, although an earlier report passed."""
    (checkout.root / "tests/e2e/acceptance/test_options.py").write_text("def test_nothing(): pass\n")
    row = {"name": "golden photos", "test": "1", "required": True, "passed": True}
    report = {"declared": [row], "checks": [row], "skipped": []}
    (checkout.root / "reports" / "unit" / "unit.json").write_text(json.dumps(report))
    found = PytestSuite(checkout).start(request(tmp_path)).result()
    assert [check.name for check in found.checks] == [INCOMPLETE]


def test_a_stopped_suite_ends_early_and_does_not_pass(tmp_path: Path, silent_port: int) -> None:
    """`stop` terminates the process long before its time limit; its report is a failed check."""
    start = time.monotonic()
    running = PytestSuite(Workspace(ROOT, "unit")).start(request(tmp_path, silent_port, "stopped"))
    assert not running.done()
    running.stop()
    assert running.result().failure
    assert running.done()
    assert time.monotonic() - start < 60


def test_a_suite_without_an_endpoint_fails() -> None:
    """Without an endpoint the suite fails and names the option; it does not skip."""
    argv = [*PYTEST, "tests/e2e/acceptance", "--report", str(ROOT / "reports" / "unit" / "none.json")]
    done = run(argv, timeout=60, cwd=ROOT, check=False, env={"PYTEST_ADDOPTS": ""})
    assert done.code == 4
    assert "no endpoint: --url" in done.output
    assert "passed" not in done.output.splitlines()[-1]
