"""One release on its way: recorded, started in its slot, previewed, switched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import requests

from imagemodel.golden import GoldenSet
from seatrial import console
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.suite import SUITE_SECONDS, Endpoint, SuiteReport, suite_running
from seatrial.errors import RefusedError
from seatrial.image.inspection import ImageFacts
from seatrial.kube.labels import LIVE, PREVIEW
from seatrial.kube.render import Candidate
from seatrial.kube.rollout import wait_for_rollout
from seatrial.release.live_probe import LiveProbe
from seatrial.release.origin import BUILT_HERE, Origin
from seatrial.release.record import Manifests, Record
from seatrial.release.target import Target
from seatrial.results import Check
from seatrial.wait import until

REQUEST_SECONDS = 5
# New connections in a row that must reach the new release before it counts as switched.
SETTLED = 5


@dataclass
class Attempt:
    """A release that has been begun. `record` is its record as it is now.

    `same_model` says whether its model is the stable release's.
    """

    target: Target
    record: Record
    candidate: Candidate
    manifests: Manifests
    same_model: bool = False
    verdicts: tuple[Check, ...] = ()

    def start(self) -> None:
        """Fill the empty slot at full size, and wait until it is rolled out."""
        target, slot = self.target, self.record.slot
        with console.step(f"start {self.record.release} in slot {slot}, {self.candidate.replicas} replicas"):
            target.slots.open_preview(target.renderer.preview(self.candidate))
            target.slots.fill(slot, self.manifests.slot)
            limit, namespace = target.environment.rollout_seconds, target.environment.namespace
            wait_for_rollout(target.cluster, namespace, slot, limit, target.lease.check)

    def preview(self, seen: LiveProbe) -> None:
        """Run the acceptance suite on the candidate's own address, under load, beside the live one.

        Raises RefusedError that names the first broken promise.
        """
        target, record = self.target, self.record
        url = target.url(PREVIEW)
        golden = target.golden(record.golden_digest)
        with console.step(f"preview {record.release} at {url}, with load"):
            self._settle(url)
            load = target.watcher(url, golden, record.release)
            report = self._judge(load, Endpoint(url), golden)
        stable = seen.baseline(record.previous, same_model=self.same_model)
        load.promise = replace(load.promise, stable=stable)
        self.verdicts = (*report.verdicts, *load.verdicts())
        broken = report.broken or load.broken() or first_broken(self.verdicts)
        if broken:
            raise RefusedError(broken, "mend it and release anew; users saw nothing of it", report.log)
        self.record = target.records.move(record, "previewed", verdicts=self.verdicts, baseline=stable)

    def _judge(self, load: LoadGenerator, endpoint: Endpoint, golden: GoldenSet) -> SuiteReport:
        """Run suite and load; a candidate that is too slow beyond doubt is not asked all of it."""
        running = suite_running(
            self.target.workspace,
            endpoint,
            golden=golden.photos[0].path.parent,
            expect=expected(self.record),
            name=f"{self.record.release}-preview",
        )
        with running as suite, load:
            until(
                "the suite on its preview",
                lambda: True if suite.done() or load.late() else None,
                2 * SUITE_SECONDS,
            )
            return suite.result() if suite.done() else _broken_off(load.late())

    def switch(self) -> str:
        """Send the users to the candidate and return its URL once new connections reach it."""
        target = self.target
        target.lease.check()
        with console.step(f"switch to {self.record.release}"):
            # Recorded first: whoever finds it half-done must know that users may have met it.
            self.record = target.records.move(self.record, "pending")
            target.slots.switch(self.manifests.shared)
            url = target.url(LIVE)
            self._settle(url)
        return url

    def _settle(self, url: str) -> None:
        def look() -> bool | None:
            return True if all(_serves(url, self.record.release) for _ in range(SETTLED)) else None

        until(f"{self.record.release} at {url}", look, self.target.environment.address_seconds)


def begin(target: Target, facts: ImageFacts, origin: Origin = BUILT_HERE) -> Attempt:
    """Record a release of this image for the empty slot, before anything of it is applied."""
    records, slots, stable = target.records, target.slots, target.records.stable()
    known, slot = records.all(), slots.empty(stable.slot if stable else None)
    number = known[-1].number + 1 if known else 1
    replicas = max(target.environment.replicas, slots.size(stable.slot) if stable else 0)
    candidate = Candidate(f"{target.name}-{number}", target.name, slot, str(facts.reference), replicas)
    # What a hand or a dead runner left there would mix with the candidate.
    slots.clear(slot)
    slots.wait_until_gone(slot)
    manifests = Manifests(slot=target.renderer.slot(candidate), shared=target.renderer.shared(candidate))
    record = Record(
        number=number,
        release=candidate.release,
        environment=target.name,
        slot=slot,
        reference=str(facts.reference),
        model=facts.model,
        golden_digest=facts.golden_digest,
        revision=facts.revision,
        working_state=facts.working_state,
        lock_digest=facts.lock_digest,
        suite=target.workspace.revision,
        previous=stable.release if stable else "",
        approved_by=str(origin.approved_by),
        promoted_from=origin.promoted_from,
        history=(records.change("candidate"),),
    )
    # Refused ones too would else pile up until something is accepted.
    records.trim(target.environment.keep_releases)
    same_model = stable is not None and stable.model.digest == facts.model.digest
    return Attempt(target, records.create(record, manifests), candidate, manifests, same_model)


def expected(record: Record) -> tuple[str, ...]:
    """Return what `/version` must say where this release answers."""
    return (record.release, record.reference.partition("@")[2], record.model.digest)


def first_broken(verdicts: tuple[Check, ...]) -> str:
    """Return the first promise that was broken, or nothing."""
    return next((f"{v.name}: {v.detail}" for v in verdicts if not v.passed), "")


def _broken_off(why: str) -> SuiteReport:
    """Return the report of a suite that was not run to its end: whatever else, it has not passed."""
    return SuiteReport((Check(name="its suite is not kept waiting", passed=False, detail=why),), "")


def _serves(url: str, release: str) -> bool:
    try:
        answer = requests.get(f"{url}/livez", timeout=REQUEST_SECONDS, headers={"Connection": "close"})
    except requests.RequestException:
        return False
    return answer.ok and answer.headers.get("X-Release") == release
