"""The acceptance suite of an endpoint: what it must check, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from seatrial.results import Check
from seatrial.settings import Dns

SUITE_SECONDS = 120
# Each golden photo is sent by both routes, beside the load.
PHOTO_SECONDS = 1


def suite_seconds(photos: int) -> int:
    """Return the time limit of the suite with a golden set of this size, in seconds."""
    return max(SUITE_SECONDS, photos * PHOTO_SECONDS)


@dataclass(frozen=True)
class Endpoint:
    """A URL, and the address that its host name must resolve to, if it has one.

    `ca_file` has the authorities to trust over https, empty: those of this machine. `resolve_seconds` is how
    long the name may take to resolve, 0: the suite's default.
    """

    url: str
    address: str = ""
    dns: Dns = field(default_factory=Dns)
    ca_file: str = ""
    resolve_seconds: float = 0

    def options(self) -> list[str]:
        """Return the suite's command line options for this endpoint."""
        options = ["--url", self.url]
        if self.address:
            options += ["--address", self.address]
        if self.dns.server:
            options += ["--dns", f"{self.dns.server}:{self.dns.port}"]
        if self.resolve_seconds:
            options += ["--resolve-seconds", f"{self.resolve_seconds:g}"]
        if self.ca_file:
            # In one word: pytest looks for its configuration above every word that is a path.
            options.append(f"--ca={self.ca_file}")
        return options


@dataclass(frozen=True)
class Expectation:
    """What /version must name: the release, the image digest and the model digest."""

    release: str
    image: str
    model: str

    def options(self) -> list[str]:
        """Return the suite's command line options for this expectation."""
        fields = {"release": self.release, "image": self.image, "model": self.model}
        return [word for name, value in fields.items() for word in ("--expect", f"{name}={value}")]


@dataclass(frozen=True)
class SuiteRequest:
    """A run of the suite: where, with which golden set (a directory), and what /version must name.

    `name` is the report's name, without a suffix, in the instance's report directory; `photos` is the number
    of golden photos, which decides how long the run may take.
    """

    endpoint: Endpoint
    golden: Path
    expectation: Expectation
    name: str
    photos: int = 1

    @property
    def seconds(self) -> int:
        """The time limit of the run."""
        return suite_seconds(self.photos)


@dataclass(frozen=True)
class SuiteReport:
    """The checks of the suite, and the end of its log."""

    checks: tuple[Check, ...]
    log: str = ""

    @property
    def failure(self) -> str:
        """The failed checks in one line, or an empty string."""
        failed = [f"{each.name}: {each.detail}" for each in self.checks if not each.passed]
        return f"{len(failed)} of {len(self.checks)} checks failed, first: {failed[0]}" if failed else ""


class RunningSuite(Protocol):
    """A suite that runs in the background."""

    def done(self) -> bool:
        """Return whether it has ended."""
        ...

    def result(self) -> SuiteReport:
        """Wait for its end and return the report.

        Raises OutsideError if the suite does not end in time.
        """
        ...

    def stop(self) -> None:
        """End it early; its report is of no use then."""


class SuiteRunner(Protocol):
    """Runs the acceptance suite."""

    def start(self, request: SuiteRequest) -> RunningSuite:
        """Start the suite in the background."""
        ...


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    test: str
    required: bool
    passed: bool = False
    detail: str = ""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    declared: tuple[_Row, ...]
    checks: tuple[_Row, ...]
    skipped: tuple[_Row, ...]


def read_report(document: Path, exit_code: int, output: str) -> tuple[Check, ...]:
    """Return the checks in the suite's JSON report; `exit_code` and `output` are those of its process.

    A check named "acceptance suite ran completely" fails if there is no valid report, a required check was
    skipped, a declared one has no result, none was declared, or the process failed without a failed check.
    """
    try:
        found = _Document.model_validate_json(document.read_bytes())
    except (OSError, ValidationError):
        return (_incomplete(f"no valid report, exit code {exit_code}: {_last_line(output)}"),)
    checks = tuple(Check(name=each.name, passed=each.passed, detail=each.detail) for each in found.checks)
    problem = _problem(found) or _unexplained(checks, exit_code, output)
    return (*checks, _incomplete(problem)) if problem else checks


def _problem(found: _Document) -> str:
    if not found.checks:
        return "it has no results"
    results = [each.test for each in found.checks]
    skipped = {each.test for each in found.skipped}
    refused = [each for each in found.skipped if each.required]
    if refused:
        return f"a required check was skipped: {refused[0].name}: {refused[0].detail}"
    missing = [each for each in found.declared if each.test not in {*results, *skipped}]
    declared, total = len(found.declared), len(found.checks) + len(found.skipped)
    if missing:
        return f"{len(missing)} of {declared} declared checks have no result, first: {missing[0].name}"
    if declared < total:
        return f"{total} results for {declared} declared checks"
    return ""


def _unexplained(checks: Sequence[Check], exit_code: int, output: str) -> str:
    if exit_code != 0 and all(each.passed for each in checks):
        return f"exit code {exit_code} without a failed check: {_last_line(output)}"
    return ""


def _incomplete(detail: str) -> Check:
    return Check(name="acceptance suite ran completely", passed=False, detail=detail[:300])


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["no output"])[-1][:200]
