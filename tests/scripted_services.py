"""Services of a release with scripted results: suite, images and golden sets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from imagemodel.golden import GoldenSet
from seatrial.analysis.suite import RunningSuite, SuiteReport, SuiteRequest
from seatrial.errors import RefusedError, SeatrialError
from seatrial.image.inspection import ImageFacts
from seatrial.image_reference import ImageReference
from seatrial.results import Artefact, Check
from seatrial.settings import Registry, Settings
from seatrial.workspace import Workspace

PASSED = SuiteReport((Check(name="golden photos", passed=True, detail=""),))
# How long a scripted suite takes: time for some requests of the load.
SUITE_SECONDS = 0.1
FAILED = SuiteReport((Check(name="golden photos", passed=False, detail="dog"),), log="the suite's log")


@dataclass
class ScriptedSuites:
    """A SuiteRunner; `report` returns the report of a request, or None for a suite that never ends."""

    report: Callable[[SuiteRequest], SuiteReport | None] = lambda _: PASSED
    requests: list[SuiteRequest] = field(default_factory=list)

    def start(self, request: SuiteRequest) -> RunningSuite:
        """Start a suite whose report is decided now."""
        self.requests.append(request)
        return _ScriptedRun(self.report(request))


@dataclass
class _ScriptedRun:
    report: SuiteReport | None
    _start: float = field(default_factory=time.monotonic)

    def done(self) -> bool:
        return self.report is not None and time.monotonic() - self._start >= SUITE_SECONDS

    def result(self) -> SuiteReport:
        assert self.report
        return self.report

    def stop(self) -> None:
        self.report = self.report or SuiteReport(())


@dataclass
class ScriptedImages:
    """Images by reference, all of them checked except those in `unchecked`; copies are noted."""

    facts: dict[ImageReference, ImageFacts] = field(default_factory=dict)
    unchecked: set[str] = field(default_factory=set)
    copies: list[tuple[ImageReference, str]] = field(default_factory=list)

    def inspect(self, registry: Registry, reference: ImageReference) -> ImageFacts:  # noqa: ARG002
        """Return the facts of an image."""
        return replace(self.facts[reference], reference=reference)

    def copy(self, source: Registry, reference: ImageReference, target: Registry) -> int:  # noqa: ARG002
        """Note the copy."""
        self.copies.append((reference, target.address))
        self.facts[reference.at(target.address, target.repository)] = self.facts[reference]
        return 1

    def require_checked(self, registry: Registry, reference: ImageReference) -> None:  # noqa: ARG002
        """Refuse an image whose digest is in `unchecked`."""
        if reference.digest in self.unchecked:
            raise RefusedError(f"{reference} has no statement that it passed check", "make check push")

    def platform(self, registry: Registry, reference: ImageReference) -> tuple[str, str]:  # noqa: ARG002
        """Return linux/amd64."""
        return "linux", "amd64"


@dataclass(frozen=True)
class OneGoldenSet:
    """Golden sets with a single one; `error` makes loading fail."""

    golden: GoldenSet
    error: list[SeatrialError] = field(default_factory=list)

    def load(
        self,
        settings: Settings,  # noqa: ARG002
        workspace: Workspace,  # noqa: ARG002
        artefact: Artefact,  # noqa: ARG002
        revision: str = "",  # noqa: ARG002
    ) -> GoldenSet:
        """Return the golden set, or raise the error."""
        if self.error:
            raise self.error[0]
        return self.golden

    def cached(self, workspace: Workspace, digest: str) -> GoldenSet | None:  # noqa: ARG002
        """Return None: there is no cache."""
        return None
