"""The preview of a candidate: suite and load through the API server, or at an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from seatrial import console
from seatrial.analysis.baseline import Baseline
from seatrial.errors import OutsideError
from seatrial.kube.labels import PREVIEW
from seatrial.release import trial
from seatrial.release.preview_path import PathRequest, PreviewPath, PreviewPathError
from seatrial.release.record import Record
from seatrial.release.target import Target
from seatrial.release.trial import TrialResult

# How often suite and load run if the path fails meanwhile.
ATTEMPTS = 3
HINT = "no user was affected; release again once the cluster's API server responds"

Result = tuple[TrialResult, Baseline | None]


@dataclass(frozen=True)
class Preview:
    """The preview of a record's release.

    `wait_until_served` returns once the candidate responds at a URL, or raises OutsideError; what its second
    argument raises ends the wait. `baseline` returns the live probe's baseline.
    """

    target: Target
    record: Record
    wait_until_served: Callable[[str, Callable[[], None]], None]
    baseline: Callable[[], Baseline | None]

    def run(self) -> Result:
        """Run suite and load; return the result and the baseline used.

        Raises OutsideError if the candidate is not served in time, and PreviewPathError if the path
        through the API server failed in each of ATTEMPTS attempts.
        """
        if self.target.environment.preview_path == "load-balancer":
            url = self.target.url(PREVIEW, self.target.lease.check_not_stopped)
            with self._step(f"at {url}"):
                return self._try(url)
        return self._repeat(1)

    def _repeat(self, attempt: int) -> Result:
        try:
            return self._through_api_server()
        except PreviewPathError as error:
            failed = _failed(error)
            if error.permanent or attempt == ATTEMPTS:
                raise failed from error
        console.line(f"  attempt {attempt} of {ATTEMPTS}: {failed.message}")
        self._wait_for_api_server()
        return self._repeat(attempt + 1)

    def _through_api_server(self) -> Result:
        """Raise PreviewPathError if the path failed, unless suite and load passed all the same."""
        services = self.target.services
        with (
            self._step("through the API server"),
            services.open_preview_path(self._request(), services.runtime) as path,
        ):
            try:
                result = self._try(path.url, path)
            except OutsideError as error:
                if failure := path.failure():
                    raise failure from error
                raise
            failure = path.failure()
            if failure and result[0].failure:
                raise failure
            return result

    def _try(self, url: str, path: PreviewPath | None = None) -> Result:
        def check() -> None:
            if path and (failure := path.failure()):
                raise failure

        target, record = self.target, self.record
        golden = target.golden(record.golden, record.revision)
        self.wait_until_served(url, check)
        return trial.preview(target, record, url, golden, self.baseline, path)

    def _request(self) -> PathRequest:
        target, record = self.target, self.record
        kubeconfig, context = target.context
        # The path decides about repeats, so its requests are sent once.
        cluster = replace(target, patience=0).cluster
        namespace = target.environment.namespace
        return PathRequest(kubeconfig, context, cluster, namespace, record.slot, record.release)

    def _wait_for_api_server(self) -> None:
        """Return once the API server responds. Raises PreviewPathError if it does not in time."""
        try:
            self.target.slots.live()
        except OutsideError as error:
            raise _failed(error) from error

    def _step(self, where: str) -> AbstractContextManager[None]:
        step = f"preview {self.record.release} {where} under load"
        return console.step(step, self.target.services.runtime, heartbeat=False)


def _failed(error: OutsideError) -> PreviewPathError:
    return PreviewPathError(f"the path through the API server failed: {error.message}", error.hint or HINT)
