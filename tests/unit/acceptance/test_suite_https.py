"""The acceptance suite over https: a real app behind a TLS proxy, with a private authority."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

# pytester removes the modules that a run imports first, and a second import of the cookie modules fails.
from e2e import api_client, endpoint  # noqa: F401
from network_sets import write_golden
from networks import write_model
from tls_proxy import Authority, tls_proxy
from unit.acceptance.test_any_model import ROOT, SUITE, served

pytest_plugins = ["pytester"]

HOST = "staging.example.test"
Suite = Callable[..., "tuple[pytest.RunResult, dict[str, Any]]"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A private authority."""
    return Authority(tmp_path)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Host and port of a running app with a generated model, whose golden set is in `golden`."""
    write_model(tmp_path / "model", 6, channels="RGB")
    write_golden(tmp_path / "golden", 6, "RGB", range(0, 6, 2))
    with served(tmp_path / "model") as url:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        yield parts.hostname, parts.port


@pytest.fixture
def suite(tmp_path: Path, pytester: pytest.Pytester, app: tuple[str, int]) -> Suite:
    """Run the suite against https://HOST behind a certificate; return pytest's result and the JSON report."""

    def run(
        certificate: Path, *options: str, scheme: str = "https"
    ) -> tuple[pytest.RunResult, dict[str, Any]]:
        report = pytester.path / "report.json"
        words = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
        words += ["--golden", str(tmp_path / "golden"), "--report", str(report)]
        with tls_proxy(certificate, app) as proxy:
            words += [
                "--url",
                f"{scheme}://{HOST}:{proxy.port}",
                "--resolve",
                f"{HOST}:{proxy.port}:127.0.0.1",
            ]
            result = pytester.runpytest_inprocess(SUITE, *words, *options)
        return result, json.loads(report.read_text())

    return run


def test_the_suite_passes_over_https(suite: Suite, authority: Authority) -> None:
    """Every check runs at an address, with the certificate checked for the name in the URL."""
    result, _ = suite(authority.issue(HOST), "--ca", str(authority.path), "--expect", "1.0.0")
    outcomes = result.parseoutcomes()
    assert (outcomes.pop("skipped"), list(outcomes)) == (1, ["passed"])


@pytest.mark.parametrize(
    ("names", "trusted", "reason"),
    [(["other.test"], True, "is for another name"), ([HOST], False, "does not trust")],
)
def test_a_refused_certificate_ends_the_suite_in_one_line(
    suite: Suite, authority: Authority, names: list[str], trusted: bool, reason: str
) -> None:
    """QA sees why, with what helps, and no traceback of a library."""
    options = ["--ca", str(authority.path)] if trusted else []
    result, report = suite(authority.issue(*names), *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (check,) = report["checks"]
    assert (check["passed"], reason in check["detail"]) == (False, True)
    result.stderr.fnmatch_lines([f"ERROR: *{reason}*"])
    output = result.stdout.str() + result.stderr.str()
    assert output.count(reason) == 1
    assert not [each for each in ("Traceback", "During handling") if each in output]


@pytest.mark.parametrize("url", ["staging.example.com", "ftp://a.b", "https://a.b:x", "https://"])
def test_what_is_not_a_url_is_refused_with_an_example(url: str) -> None:
    """A missing scheme is the most frequent one."""
    with pytest.raises(LookupError, match="is not a URL"):
        endpoint.locate(url)
