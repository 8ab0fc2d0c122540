"""The JSON report of the acceptance suite, as a plugin of another test run."""

from __future__ import annotations

import json

import pytest

# pytester removes the modules that a run imports first, and a second import of the cookie modules fails.
from e2e import api_client, endpoint  # noqa: F401

pytest_plugins = ["pytester"]


def test_a_failed_teardown_fails_the_check(pytester: pytest.Pytester) -> None:
    """A test that passes and whose teardown fails is one failed check."""
    pytester.makeconftest("""
        from pathlib import Path
        from e2e.acceptance.json_report import JsonReport

        def pytest_configure(config):
            config.pluginmanager.register(JsonReport(Path("report.json")))

        def pytest_addoption(parser):
            for name in ("--url", "--env", "--expect"):
                parser.addoption(name)
    """)
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def broken():
            yield
            raise OSError("teardown failed")

        def test_teardown(broken):
            pass
    """)
    pytester.runpytest_inprocess("-p", "no:cacheprovider")
    (check,) = json.loads((pytester.path / "report.json").read_text())["checks"]
    assert not check["passed"]
    assert "teardown failed" in check["detail"]
