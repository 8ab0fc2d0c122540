"""The acceptance suite, run as QA runs it: pytest in a process of its own against an address."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.process import Stop, run, tail
from seatrial.results import Check
from seatrial.settings import Dns
from seatrial.workspace import Workspace

SUITE = Path("tests/e2e/acceptance")
SUITE_SECONDS = 120


@dataclass(frozen=True)
class Endpoint:
    """Where the suite asks: a URL, and the address that its name must resolve to, if it has one."""

    url: str
    address: str = ""
    dns: Dns = field(default_factory=Dns)

    def options(self) -> list[str]:
        """Return the suite's own options for this endpoint."""
        words = ["--url", self.url]
        if self.address:
            words += ["--address", self.address]
        if self.dns.server:
            words += ["--dns", f"{self.dns.server}:{self.dns.port}"]
        return words


@dataclass(frozen=True)
class SuiteReport:
    """What the suite found: every promise with its verdict, and the end of its log."""

    verdicts: tuple[Check, ...]
    log: str

    @property
    def broken(self) -> str:
        """The promises that were broken, in one line; empty where all were kept."""
        failed = [f"{v.name}: {v.detail}" for v in self.verdicts if not v.passed]
        first = f"{len(failed)} of {len(self.verdicts)} promises broken, first: {failed[0]}" if failed else ""
        return first


@contextmanager
def suite_running(
    workspace: Workspace, endpoint: Endpoint, *, golden: Path, expect: Sequence[str], name: str
) -> Iterator[Future[SuiteReport]]:
    """Run the acceptance suite beside the block, which may end without waiting for it: it is ended then."""
    pool, stop = ThreadPoolExecutor(1), Stop()
    try:
        yield pool.submit(run_suite, workspace, endpoint, golden=golden, expect=expect, name=name, stop=stop)
    finally:
        stop.now()
        pool.shutdown(wait=False)


def run_suite(
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    golden: Path,
    expect: Sequence[str],
    name: str,
    stop: Stop | None = None,
) -> SuiteReport:
    """Run the acceptance suite against an endpoint and return its report.

    `expect` is what `/version` must say (release, image and model digest); `name` names the report
    under `reports/`; `stop` may end it early. Raises OutsideError when the suite gives no report in time.
    """
    report = workspace.root / "reports" / workspace.instance / f"{name}.json"
    report.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "pytest", str(SUITE), "-q", "--tb=short", "-p", "no:cacheprovider"]
    argv += [*endpoint.options(), "--golden", str(golden), "--report", str(report)]
    argv += [word for each in expect for word in ("--expect", each)]
    # A suite that pytest itself started must not inherit that one's options.
    quiet = {"PYTEST_ADDOPTS": "", "NO_COLOR": "1"}
    done = run(argv, timeout=SUITE_SECONDS, cwd=workspace.root, env=quiet, check=False, stop=stop)
    return SuiteReport(_verdicts(report, done.code, done.output), tail(done.output))


def _verdicts(report: Path, code: int, output: str) -> tuple[Check, ...]:
    try:
        rows = json.loads(report.read_text())["promises"]
        verdicts = tuple(Check(name=r["name"], passed=r["passed"], detail=r["detail"]) for r in rows)
    except (OSError, ValueError, LookupError):
        verdicts = ()
    if not verdicts or (code != 0 and all(v.passed for v in verdicts)):
        last = (output.strip().splitlines() or ["it said nothing"])[-1]
        return (*verdicts, Check(name="the suite ran", passed=False, detail=f"exit {code}: {last[:200]}"))
    return verdicts
