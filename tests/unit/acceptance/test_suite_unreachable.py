"""The acceptance suite where nothing responds: one line and one failed check, not one for each test."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# pytester removes the modules that a run imports first, and a second import of the cookie modules fails.
from e2e import api_client, endpoint  # noqa: F401
from seatrial.analysis.suite import read_report

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "tests" / "e2e" / "acceptance"
Suite = Callable[..., "tuple[pytest.RunResult, Path]"]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections, reads something and closes them without a response."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def close_each() -> None:
            while True:
                try:
                    accepted, _ = listener.accept()
                except OSError:
                    return
                with accepted:
                    if accepted.recv(4096) == b"end":
                        return

        thread = threading.Thread(target=close_each)
        thread.start()
        port = listener.getsockname()[1]
        yield port
        with socket.create_connection(("127.0.0.1", port)) as last:
            last.sendall(b"end")
        thread.join()


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Suite:
    """Run the suite with options; return pytest's result and the path of the JSON report."""

    def run(*options: str) -> tuple[pytest.RunResult, Path]:
        report = pytester.path / "report.json"
        words = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
        words += ["--report", str(report), "--golden", str(pytester.path), "--resolve-seconds", "0.1"]
        return pytester.runpytest_inprocess(SUITE, *words, *options), report

    return run


def _only_line(result: pytest.RunResult) -> str:
    """Return the line that stderr consists of; the reason may be nowhere else in the output."""
    (line,) = [each for each in result.stderr.str().splitlines() if each.strip()]
    assert line not in result.stdout.str()
    assert not [each for each in ("Traceback", "During handling", " error") if each in result.stdout.str()]
    return line


def _checks(report: Path) -> list[dict[str, Any]]:
    return list(json.loads(report.read_text())["checks"])


@pytest.mark.parametrize(
    ("scheme", "reason"), [("http", "gives no HTTP response"), ("https", "is not TLS at this port: use http")]
)
def test_a_port_without_a_response_ends_the_suite_in_one_line(
    suite: Suite, silent_port: int, scheme: str, reason: str
) -> None:
    """A connection alone is no response; for https at such a port the line names the fix."""
    result, report = suite("--url", f"{scheme}://127.0.0.1:{silent_port}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert reason in _only_line(result)
    assert [(each["passed"], reason in each["detail"]) for each in _checks(report)] == [(False, True)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--url", "http://127.0.0.1:9"], "cannot connect to http://127.0.0.1:9"),
        (["--url", "https://127.0.0.1:9"], "cannot connect to https://127.0.0.1:9"),
        (["--url", "http://nosuch.invalid", "--dns", "127.0.0.1:9"], "does not resolve"),
        (["--url", "staging.example.com"], "is not a URL"),
        (["--env", "local"], "there is no seatrial.toml here or above"),
        ([], "no endpoint"),
    ],
)
def test_an_endpoint_that_cannot_be_reached_ends_the_suite_in_one_line(
    suite: Suite, options: list[str], reason: str
) -> None:
    """The reason is printed once, with what helps, and is in the report."""
    result, report = suite(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert reason in _only_line(result)
    (check,) = _checks(report)
    assert reason in check["detail"]


def test_a_release_reads_the_reason_first(suite: Suite) -> None:
    """The check that failed comes before the statement that the others have no result."""
    result, report = suite("--url", "http://127.0.0.1:9")
    first, incomplete = read_report(report, result.ret, result.stderr.str())
    assert "cannot connect to http://127.0.0.1:9" in first.detail
    assert "declared checks have no result" in incomplete.detail
