"""One number for the memory of a pod: in the trial of a model, in `check` and in the cluster."""

from __future__ import annotations

from app_container import POD
from seatrial.image.pod_restrictions import restrictions
from seatrial.model.inference.probe_result import Memory
from seatrial.model.inference.task import InferenceResult
from seatrial.model.validation.checks import Trial
from seatrial.model.validation.live import NoLiveModel
from seatrial.model.validation.resource_checks import check_memory
from seatrial.settings import Settings
from unit.deploy.conftest import ENVIRONMENTS, ROOT, Manifests

MIB = 1 << 20


def test_check_and_cluster_have_the_limit_of_the_setting(
    rendered: dict[str, dict[str, Manifests]], settings: Settings
) -> None:
    """`[pod] memory_mb` is the limit of the container in `check` and of every Deployment."""
    limits = {restrictions(POD)["mem_limit"]}
    for environment in ENVIRONMENTS:
        (deployment,) = rendered[environment]["slot"]
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        limits.add(container["resources"]["limits"]["memory"].replace("Mi", "m"))
    assert limits == {f"{settings.pod.memory_mb}m"}


def test_the_trial_has_it_too(settings: Settings) -> None:
    """A model is refused from the first MiB on that all workers together need above the limit."""
    trial, room = Trial(settings.probes, settings.pod), settings.pod.memory_mb - 100
    each = room // settings.pod.workers
    for growth, passed in ((each, True), (each + 1, False)):
        memory = Memory(before=100 * MIB, peak=(100 + growth) * MIB)
        check = check_memory(InferenceResult(memory=memory), NoLiveModel("there is none"), trial.pod)
        assert check.passed == passed


def test_no_other_file_has_a_memory_limit() -> None:
    """A limit in a manifest would be replaced, and mislead its reader."""
    manifests = [path for path in (ROOT / "deploy").rglob("*.yaml") if "limits" in path.read_text()]
    assert manifests == []
