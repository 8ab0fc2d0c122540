"""Requests and acceptance suites in virtual time: the ready pods of a Service respond as their image does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from requests.structures import CaseInsensitiveDict

from seatrial.analysis.suite import RunningSuite, SuiteReport, SuiteRequest
from seatrial.http_client import HttpResponse, NoResponseError
from seatrial.kube.labels import LIVE, PREVIEW, RELEASE
from seatrial.results import Check
from simulation.controllers import Pod, address_of
from simulation.environment import SimulatedEnvironment
from simulation.images import LABEL, SimulatedImages
from simulation.paths import SUFFIX, pods_of_path
from simulation.process import DeployerProcess

LATENCY_SECONDS = 0.02
SUITE_SECONDS = 1.5
OTHER_LABEL = "green"


@dataclass(frozen=True)
class Network:
    """What every process sends requests to."""

    environments: Mapping[str, SimulatedEnvironment]
    images: SimulatedImages

    def pod(self, address: str, number: int) -> tuple[Pod, bool]:
        """Return the pod that responds at an address, and whether the address is the live one.

        Raises NoResponseError if there is none.
        """
        for environment in self.environments.values():
            if pods := pods_of_path(environment, address):
                return pods[number % len(pods)], False
            for service in (LIVE, PREVIEW):
                if address == address_of(environment.name, service):
                    pods = environment.service_pods(service)
                    if pods:
                        return pods[number % len(pods)], service == LIVE
        raise NoResponseError(f"connection to {address} refused")

    def respond(self, address: str, number: int, path: str) -> HttpResponse:
        """Return the response to a request."""
        pod, live = self.pod(address, number)
        behaviour = self.images.behaviour(pod.image)
        headers = CaseInsensitiveDict({"X-Release": pod.labels[RELEASE]})
        if path == "predict" and behaviour == "failing live" and live:
            return HttpResponse(500, headers)
        wrong = behaviour == "wrong" or (behaviour == "wrong live" and live)
        return HttpResponse(200, headers, BODIES[wrong])


BODIES = {
    wrong: b'{"predictions": [{"label": "%s", "probability": 0.9}]}' % label.encode()
    for wrong, label in ((False, LABEL), (True, OTHER_LABEL))
}


@dataclass
class SimulatedHttp:
    """The HttpClient of a process."""

    network: Network
    process: DeployerProcess
    sent: int = 0

    def request(
        self,
        method: str,  # noqa: ARG002
        url: str,
        *,
        timeout: float,  # noqa: ARG002
        body: bytes = b"",  # noqa: ARG002
        headers: Mapping[str, str] = {},  # noqa: ARG002
    ) -> HttpResponse:
        """Respond after a short time."""
        self.process.scheduler.wait(LATENCY_SECONDS)
        self.sent += 1
        address, _, path = url.removeprefix("http://").partition("/")
        if address.endswith(SUFFIX) and not self.process.reaches_cluster():
            raise NoResponseError("the connection was lost")
        return self.network.respond(address, self.sent, path)


@dataclass(frozen=True)
class SimulatedSuites:
    """The SuiteRunner of a process: a suite takes SUITE_SECONDS and judges what responds at its end."""

    network: Network
    process: DeployerProcess

    def start(self, request: SuiteRequest) -> RunningSuite:
        """Start a suite."""
        return _Suite(self, request, self.process.runtime.monotonic() + SUITE_SECONDS)

    def judge(self, request: SuiteRequest) -> SuiteReport:
        """Return the report on what responds now."""
        endpoint = request.endpoint
        address = endpoint.address or endpoint.url.removeprefix("http://")
        try:
            response = self.network.respond(address, 0, "predict")
        except NoResponseError as error:
            return _report(passed=False, detail=str(error))
        release = response.headers["X-Release"]
        passed = response.body == BODIES[False] and release == request.expectation.release
        return _report(passed=passed, detail=f"{response.status} of {release}")


@dataclass
class _Suite:
    suites: SimulatedSuites
    request: SuiteRequest
    end: float
    report: SuiteReport | None = None

    def done(self) -> bool:
        if self.report is None and self.suites.process.runtime.monotonic() >= self.end:
            self.report = self.suites.judge(self.request)
        return self.report is not None

    def result(self) -> SuiteReport:
        return self.report or SuiteReport(())

    def stop(self) -> None:
        self.report = self.report or SuiteReport(())


def _report(*, passed: bool, detail: str) -> SuiteReport:
    return SuiteReport((Check(name="golden photos", passed=passed, detail=detail),))
