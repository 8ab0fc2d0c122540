"""The acceptance suite against a local server: what it compares, what it refuses, what it reports."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

# pytester removes the modules that a run imports first, and a second import of the cookie modules fails.
from e2e import api_client, endpoint  # noqa: F401
from seatrial.analysis.suite import read_report

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "tests" / "e2e" / "acceptance" / "test_identity.py"
VERSION_TEST = f"{SUITE}::test_version_is_as_expected"
IMAGE, MODEL = "sha256:" + "1" * 64, "sha256:" + "2" * 64
VERSION = {
    "app": {"commit": "c0ffee", "release": "trial-1", "image": IMAGE, "environment": "trial"},
    "model": {"name": "colours", "version": "1.0.0", "digest": MODEL},
    "frameworks": {"python": "3", "flask": "3", "onnxruntime": "1", "numpy": "2", "pillow": "12"},
}
Suite = Callable[..., "tuple[pytest.RunResult, dict[str, Any]]"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with `/version` and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(VERSION).encode()
            self.send_response(200 if self.path == "/version" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def suite(url: str, pytester: pytest.Pytester) -> Suite:
    """Run tests of the suite in this process; return pytest's result and the JSON report."""
    report = pytester.path / "report.json"

    def run(tests: str, *options: str) -> tuple[pytest.RunResult, dict[str, Any]]:
        words = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
        # Nothing has a golden set here: tests that need one fail.
        words += ["--url", url, "--report", str(report), "--golden", str(pytester.path)]
        result = pytester.runpytest_inprocess(tests, *words, *options)
        return result, json.loads(report.read_text()) if report.exists() else {}

    return run


def _expect(*values: str) -> list[str]:
    return [f"--expect={value}" for value in values]


def test_matching_expectations_pass(suite: Suite) -> None:
    """Values of the right fields pass, bare or by name."""
    named = [f"image={IMAGE}", f"model={MODEL}", "release=trial-1"]
    result, report = suite(
        VERSION_TEST, *_expect(*named, "commit=c0ffee", IMAGE, MODEL, "trial-1", "1.0.0", "c0ffee")
    )
    result.assert_outcomes(passed=1)
    (check,) = report["checks"]
    assert (check["passed"], check["required"]) == (True, True)
    assert report["asked"]["expect"][0] == f"image={IMAGE}"


@pytest.mark.parametrize(
    ("expected", "reported"),
    [
        ("release=trial-2", "app.release is 'trial-1', expected 'trial-2'"),
        ("trial-2", "app.release is 'trial-1' and model.version is '1.0.0' and app.commit is 'c0ffee'"),
        (f"image={MODEL}", f"app.image is '{IMAGE}'"),
        (f"model={IMAGE}", f"model.digest is '{MODEL}'"),
        ("release=1.0.0", "app.release is 'trial-1'"),
        ("release=c0ffee", "app.release is 'trial-1'"),
    ],
    ids=["release", "bare", "digest of the model", "digest of the image", "version", "commit"],
)
def test_a_value_of_another_field_fails(suite: Suite, expected: str, reported: str) -> None:
    """A wrong value fails, and so does a value that /version has in another field."""
    result, report = suite(VERSION_TEST, *_expect("trial-1", expected))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (check,) = report["checks"]
    assert not check["passed"]
    assert reported in check["detail"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("digest=x", "unknown field 'digest'; fields are release, image, model, commit"),
        ("release=", "has no value"),
        ("", "has no value"),
    ],
    ids=["unknown field", "empty field", "empty"],
)
def test_a_malformed_expectation_is_a_usage_error(suite: Suite, value: str, message: str) -> None:
    """An unknown field or an empty value ends pytest with 4 before any test runs."""
    result, report = suite(VERSION_TEST, *_expect(value))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str()
    assert report == {}


def test_without_expectations_the_version_test_is_skipped(suite: Suite) -> None:
    """Without --expect the version test is skipped, required, and names the option."""
    result, report = suite(VERSION_TEST)
    result.assert_outcomes(skipped=1)
    assert report["checks"] == []
    (skipped,) = report["skipped"]
    assert "--expect" in skipped["detail"]
    assert "EXPECT=" in skipped["detail"]
    assert skipped["required"] is True


def test_every_declared_test_is_a_check_or_skipped_or_deselected(suite: Suite) -> None:
    """The report declares each collected test once, and lists those that were not deselected."""
    result, report = suite(str(SUITE), *_expect("trial-1"), "-k", "not root")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    declared, checks, skipped = (
        {row["test"]: row["required"] for row in report[key]} for key in ("declared", "checks", "skipped")
    )
    missing = declared.keys() - checks.keys() - skipped.keys()
    assert [test.rpartition("::")[2] for test in missing] == ["test_root_is_healthy"]
    assert not checks.keys() & skipped.keys()
    assert len(declared) == len(report["declared"])
    assert [test.rpartition("::")[2] for test in skipped] == ["test_name_resolves_to_the_load_balancer"]
    assert not any(skipped.values())
    assert all(checks.values())
    assert report["version"] == VERSION


@pytest.mark.parametrize(
    ("options", "passed"),
    [(_expect("trial-1"), [True]), ([], [False])],
    ids=["optional test skipped", "required test skipped"],
)
def test_the_stages_read_the_report(
    suite: Suite, pytester: pytest.Pytester, options: list[str], passed: list[bool]
) -> None:
    """`deploy` and `accept` accept a skipped optional test, and refuse a skipped required one."""
    name_test = f"{SUITE}::test_name_resolves_to_the_load_balancer"
    result, _ = suite(VERSION_TEST, name_test, *options)
    checks = read_report(pytester.path / "report.json", int(result.ret), "")
    assert [check.passed for check in checks] == passed


def test_the_stages_refuse_a_report_with_deselected_tests(suite: Suite, pytester: pytest.Pytester) -> None:
    """A test that was deselected has no result, whatever deselected it."""
    result, _ = suite(str(SUITE), "-k", "version_is", *_expect("trial-1"))
    assert result.ret == pytest.ExitCode.OK
    last = read_report(pytester.path / "report.json", int(result.ret), "")[-1]
    assert not last.passed
    assert "declared checks have no result" in last.detail
