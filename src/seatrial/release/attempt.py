"""A release under way: recorded, started in its slot, previewed, switched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seatrial import console
from seatrial.analysis.baseline import Baseline
from seatrial.errors import RefusedError
from seatrial.http_client import CertificateError, NoResponseError
from seatrial.image.inspection import ImageFacts
from seatrial.kube.labels import LIVE
from seatrial.kube.render import Candidate
from seatrial.live_address import hint_of_private
from seatrial.release.full_size import await_rollout, grow
from seatrial.release.live_probe import LiveProbe
from seatrial.release.lock_out import inherited_baseline
from seatrial.release.numbers import next_number
from seatrial.release.origin import BUILT_HERE, Origin
from seatrial.release.ports import require_ports
from seatrial.release.preview import Preview
from seatrial.release.record import Manifests, Record
from seatrial.release.target import Target
from seatrial.results import Check
from seatrial.wait import until

REQUEST_SECONDS = 5
# Consecutive new connections that must reach the new release before the switch counts as complete.
CONSECUTIVE = 5


@dataclass
class Attempt:
    """A release that was begun. `record` is its current record.

    `same_model` is whether the stable release has the same model, `other_model` the name of its model if that
    is another one; `fallback` keeps its users until the switch, because the stable release could not be
    started; `checks` are those of the preview; `problem` is why the last request had no response, if known.
    """

    target: Target
    record: Record
    candidate: Candidate
    manifests: Manifests
    same_model: bool = False
    other_model: str = ""
    fallback: Record | None = None
    checks: tuple[Check, ...] = ()
    problem: str = ""

    def start(self) -> None:
        """Apply the slot's objects at full size and wait until they are rolled out."""
        target, slot = self.target, self.record.slot
        step = f"start {self.record.release} in slot {slot}, {self.candidate.replicas} replicas"
        with console.step(step, target.services.runtime):
            if target.environment.preview_path == "load-balancer":
                preview = target.renderer.preview(self.candidate)
                target.slots.open_preview(preview, target.lease.check_not_stopped)
            target.slots.fill(slot, self.manifests.slot)
            await_rollout(target, slot, target.lease.check_not_stopped)

    def preview(self, probe: LiveProbe) -> None:
        """Run suite and load on the preview, and compare with the live probe's baseline.

        Raises RefusedError naming the first failed check, PreviewPathError if only the path to it failed.
        """
        target, record = self.target, self.record
        result, baseline = Preview(
            target,
            record,
            self._wait_until_served,
            lambda: self._baseline(probe),
        ).run()
        self.checks = result.checks
        if result.failure:
            raise RefusedError(result.failure, "fix it and release again; no user was affected", result.log)
        self.record = target.records.move(record, "previewed", verdicts=result.checks, baseline=baseline)

    def grow(self) -> bool:
        """Give the candidate as many replicas as the stable release has now; return whether it had fewer."""
        return grow(self.target, self.record.slot, self.manifests, self.target.lease.check_not_stopped)

    def switch(self) -> str:
        """Point the live Service to the candidate; return its URL once new connections reach it."""
        target = self.target
        target.lease.check_not_stopped()
        with console.step(f"switch to {self.record.release}", target.services.runtime):
            # Recorded before the switch: after a crash the record must show that users may be on it.
            self.record = target.records.move(self.record, "pending")
            target.slots.switch(self.manifests.shared, target.lease.check_not_stopped)
            url = target.url(LIVE, target.lease.check_not_stopped)
            self._wait_until_served(url)
        return url

    def _baseline(self, probe: LiveProbe) -> Baseline | None:
        if self.fallback:
            found = inherited_baseline(self.fallback, same_model=self.same_model)
        else:
            found = probe.baseline(self.record.previous, same_model=self.same_model)
        return found.model_copy(update={"other_model": self.other_model}) if found else None

    def _wait_until_served(self, url: str, check: Callable[[], None] = lambda: None) -> None:
        def poll() -> bool | None:
            self.target.lease.check_not_stopped()
            check()
            return True if all(self._is_served(url) for _ in range(CONSECUTIVE)) else None

        seconds, runtime = self.target.environment.address_seconds, self.target.services.runtime
        until(f"{self.record.release} at {url}", poll, seconds, lambda: self.problem, runtime=runtime)

    def _is_served(self, url: str) -> bool:
        headers, self.problem = self.target.headers_for(url), ""
        try:
            response = self.target.http.request(
                "GET", f"{url}/livez", timeout=REQUEST_SECONDS, headers=headers
            )
        except NoResponseError as error:
            # Also why there was no connection at all, where the address gives a reason.
            self.problem = str(error) if isinstance(error, CertificateError) else hint_of_private(url)
            return False
        return response.ok and response.headers.get("X-Release") == self.record.release


def begin(
    target: Target, facts: ImageFacts, origin: Origin = BUILT_HERE, fallback: Record | None = None
) -> Attempt:
    """Record a release of this image for the empty slot, before any of its objects is applied.

    With a `fallback`, the slot is that of the stable release, which could not be started.
    """
    records, slots, stable = target.records, target.slots, target.records.stable()
    number = next_number(target)
    candidate = _candidate(target, number, facts, fallback or stable)
    manifests = Manifests(slot=target.renderer.slot(candidate), shared=target.renderer.shared(candidate))
    require_ports(manifests.slot, facts.reference, facts.ports)
    # Objects left by an interrupted process or a manual change must not mix with the candidate's.
    slots.clear(candidate.slot)
    slots.wait_until_terminating(candidate.slot, target.lease.check_not_stopped)
    record = _record(target, number, candidate, facts, origin, stable, fallback)
    # Trimmed here too, not only by accept: refused releases also leave records.
    records.trim(target.environment.keep_releases)
    same_model = stable is not None and stable.model.digest == facts.model.digest
    other = stable.model.name if stable and stable.model.name != facts.model.name else ""
    created = records.create(record, manifests)
    return Attempt(target, created, candidate, manifests, same_model, other, fallback)


def _candidate(target: Target, number: int, facts: ImageFacts, serving: Record | None) -> Candidate:
    slots = target.slots
    slot = slots.empty(serving.slot if serving else None)
    replicas = max(target.environment.replicas, slots.size(serving.slot) if serving else 0)
    return Candidate(f"{target.name}-{number}", target.name, slot, facts.reference, replicas)


def _record(
    target: Target,
    number: int,
    candidate: Candidate,
    facts: ImageFacts,
    origin: Origin,
    stable: Record | None,
    fallback: Record | None,
) -> Record:
    return Record(
        number=number,
        release=candidate.release,
        environment=target.name,
        slot=candidate.slot,
        reference=facts.reference,
        model=facts.model,
        golden_digest=facts.golden.digest,
        golden_name=facts.golden.name,
        golden_version=facts.golden.version,
        revision=facts.revision,
        working_state=facts.working_state,
        lock_digest=facts.lock_digest,
        suite=target.workspace.revision,
        previous=stable.release if stable else "",
        fallback=fallback.release if fallback else "",
        approved_by=str(origin.approved_by),
        promoted_from=origin.promoted_from,
        unchecked=origin.unchecked,
        history=(target.records.change("candidate"),),
    )
