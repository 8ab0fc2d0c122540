"""Fixtures of the acceptance suite: the endpoint, a client, the golden set; and the suite's report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from e2e.acceptance.expectations import Expectation, ExpectationError, parse_expectation
from e2e.acceptance.json_report import JsonReport
from e2e.acceptance.reaching import reach
from e2e.api_client import ApiClient
from e2e.endpoint import LocatedEndpoint
from imagemodel.golden import GoldenSet, load_golden

_endpoint = pytest.StashKey[LocatedEndpoint]()
_report = pytest.StashKey[JsonReport]()
_golden = pytest.StashKey[Path]()
_expectations = pytest.StashKey[Sequence[Expectation]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Check `--expect`, and set where the JSON report and the JUnit report beside it are written."""
    try:
        config.stash[_expectations] = [parse_expectation(each) for each in config.getoption("expect")]
    except ExpectationError as error:
        raise pytest.UsageError(str(error)) from error
    instance = os.environ.get("SEATRIAL_INSTANCE", "dev")
    default = config.rootpath / "reports" / instance / "acceptance.json"
    report = JsonReport(Path(config.getoption("report") or default))
    config.stash[_report] = report
    config.pluginmanager.register(report)
    if not config.option.xmlpath:
        config.option.xmlpath = str(report.path.with_suffix(".xml"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Reach the endpoint once; if nothing responds, end in one line instead of failing every test."""
    config = session.config
    needed = any("endpoint" in getattr(item, "fixturenames", ()) for item in session.items)
    if config.option.collectonly or not needed:
        return
    try:
        config.stash[_endpoint] = reach(config.getoption)
    except LookupError as error:
        config.stash[_report].unreachable(str(error))
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the HTML page, unless a caller that makes its own asked for a JSON report."""
    config = session.config
    if not config.getoption("report") and not config.option.collectonly:
        _write_page(config.stash[_report].path, config.stash.get(_golden, None))


@pytest.fixture(scope="session")
def endpoint(pytestconfig: pytest.Config) -> LocatedEndpoint:
    """The endpoint under test, which has responded once."""
    return pytestconfig.stash[_endpoint]


@pytest.fixture(scope="session")
def api(endpoint: LocatedEndpoint) -> ApiClient:
    """A client with one persistent connection."""
    return endpoint.client()


@pytest.fixture(scope="session")
def expectations(pytestconfig: pytest.Config) -> Sequence[Expectation]:
    """What `/version` must report; empty without `--expect`."""
    return pytestconfig.stash[_expectations]


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> GoldenSet:
    """The golden set of `--golden`, or the one that model.lock names."""
    given = pytestconfig.getoption("golden")
    folder = Path(given) if given else _fetched()
    if not (folder / "golden.json").exists():
        pytest.fail(f"there is no golden set at {folder}: give --golden DIR, or `make fetch`", pytrace=False)
    pytestconfig.stash[_golden] = folder
    return load_golden(folder)


@pytest.fixture(scope="session")
def notes(pytestconfig: pytest.Config) -> dict[str, object]:
    """Further members of the JSON report: version, golden predictions, latencies."""
    return pytestconfig.stash[_report].notes


@pytest.fixture(scope="session")
def photo(golden: GoldenSet) -> bytes:
    """The golden photo with the highest required probability."""
    return max(golden.photos, key=lambda each: each.min_probability).path.read_bytes()


def _fetched() -> Path:
    from seatrial.model.locks.lock import read_lock
    from seatrial.workspace import find

    workspace = find("dev")
    digest = read_lock(workspace.lock).golden.digest
    return workspace.cache / "golden" / digest.removeprefix("sha256:")


def _write_page(report: Path, golden: Path | None) -> None:
    try:
        from seatrial.report.suite_page import write_suite_page
    except ModuleNotFoundError as error:
        # The suite also runs where seatrial is not installed, and on Windows, which has no fcntl: JSON and
        # JUnit are the report then.
        if error.name not in ("seatrial", "fcntl"):
            raise
        return
    write_suite_page(report, golden)
