"""Fixtures of the acceptance suite: an endpoint, clients for it, the golden set; and its report."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from e2e.api_client import ApiClient
from e2e.endpoint import Endpoint, locate
from imagemodel.golden import GoldenSet, load_golden


@pytest.fixture(scope="session")
def endpoint(pytestconfig: pytest.Config) -> Endpoint:
    """The endpoint under test; no endpoint, or a name that leads nowhere, is a failure."""
    url, server = pytestconfig.getoption("url"), pytestconfig.getoption("dns")
    if not url:
        url, server = _environment(pytestconfig.getoption("env"))
    try:
        return locate(url, server, pytestconfig.getoption("resolve"))
    except LookupError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def api(endpoint: Endpoint) -> ApiClient:
    """A client with one kept connection."""
    return ApiClient(endpoint.url, endpoint.addresses[0])


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> GoldenSet:
    """The photos and the labels expected of them."""
    given = pytestconfig.getoption("golden")
    folder = Path(given) if given else _fetched()
    if not (folder / "golden.json").exists():
        pytest.fail(f"there is no golden set at {folder}: give --golden DIR, or `make fetch`", pytrace=False)
    pytestconfig.stash[_golden] = folder
    return load_golden(folder)


@pytest.fixture(scope="session")
def notes() -> dict[str, object]:
    """What the report shows beside the verdicts: who answered, what, and how quickly."""
    return _notes


@pytest.fixture(scope="session")
def espresso(golden: GoldenSet) -> bytes:
    """The photo that the model is surest of."""
    return max(golden.photos, key=lambda photo: photo.min_probability).path.read_bytes()


def _environment(name: str) -> tuple[str, str]:
    if not name:
        pytest.fail("no endpoint: --url http://… or --env NAME (make test-e2e URL=… or ENV=…)", pytrace=False)
    # Only here is the project's own configuration read: with --url the suite needs nothing of it.
    from seatrial.settings import load
    from seatrial.workspace import find

    settings = load(find(os.environ.get("SEATRIAL_INSTANCE", "dev")))
    server = f"{settings.dns.server}:{settings.dns.port}" if settings.dns.server else ""
    return f"http://{settings.environment(name).host}", server


def _fetched() -> Path:
    from seatrial.model.lock import read_lock
    from seatrial.workspace import find

    workspace = find("dev")
    digest = read_lock(workspace.lock).golden.digest
    return workspace.cache / "golden" / digest.removeprefix("sha256:")


# The report: each promise with its verdict, for people and for whoever started the suite.
_report = pytest.StashKey[Path]()
_golden = pytest.StashKey[Path]()
_promises: list[dict[str, object]] = []
_skipped: list[dict[str, object]] = []
_notes: dict[str, object] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Leave JUnit beside the JSON report unless told otherwise."""
    instance = os.environ.get("SEATRIAL_INSTANCE", "dev")
    default = config.rootpath / "reports" / instance / "acceptance.json"
    report = Path(config.getoption("report", "") or default)
    config.stash[_report] = report
    if not config.option.xmlpath:
        config.option.xmlpath = str(report.with_suffix(".xml"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the verdict on a test's promise, which is its docstring."""
    report = yield
    promise = " ".join((getattr(item, "obj", item).__doc__ or item.name).split())
    row = {"name": promise, "test": item.nodeid, "seconds": round(report.duration, 3)}
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append({**row, "detail": reason})
    elif report.when == "call" or report.failed:
        _promises.append({**row, "passed": report.passed, "detail": _detail(report)})
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the JSON report."""
    target = session.config.stash[_report]
    target.parent.mkdir(parents=True, exist_ok=True)
    asked = {name: session.config.getoption(name) for name in ("url", "env", "expect")}
    body = {"asked": asked, "promises": _promises, "skipped": _skipped, **_notes}
    target.write_text(json.dumps(body, indent=2) + "\n")
    if not session.config.getoption("report"):
        _leave_page(target, session.config.stash.get(_golden, None))


def _leave_page(report: Path, golden: Path | None) -> None:
    # Where this is not installed beside the suite, JSON and JUnit are the report.
    try:
        from seatrial.report.suite_page import write_suite_page
    except ImportError:
        return
    write_suite_page(report, golden)


def _detail(report: pytest.TestReport) -> str:
    if report.passed:
        return f"{report.duration:.2f} s"
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr)
    return text.strip().splitlines()[0][:300]
