"""Judges the time and the memory of a model by the limits of the pod that it will run in."""

from __future__ import annotations

from typing import Final

from seatrial.check_result import Check, not_judged
from seatrial.model.inference.probe_result import Memory
from seatrial.model.inference.task import InferenceResult, median_milliseconds
from seatrial.model.validation.live import NoLiveModel
from seatrial.settings import Pod

LATENCY: Final = "time per photo"
MEMORY: Final = "memory"
_MIB: Final = 1 << 20


def check_latency(ours: InferenceResult, live: InferenceResult | NoLiveModel, most: float) -> Check:
    """Return the check of the median time for one photo on one thread, at most `most` ms."""
    middle = median_milliseconds(ours.predictions)
    detail = f"median {middle:.1f} ms, at most {most:.0f} ms"
    if isinstance(live, InferenceResult) and not live.fault:
        detail += f"; the live model {median_milliseconds(live.predictions):.1f} ms"
    return Check(name=LATENCY, passed=middle <= most, detail=detail)


def check_memory(ours: InferenceResult, live: InferenceResult | NoLiveModel, pod: Pod) -> Check:
    """Return the check that the peak memory of a pod whose workers all predict is within its limit.

    The libraries are in memory once. The workers are threads and share the network, so that what each of them
    needs is at most what the trial needed for the model.
    """
    if ours.memory is None:
        return not_judged(MEMORY, "this system does not have /proc")
    need = _pod_mebibytes(ours.memory, pod)
    detail = f"{need} MiB in a pod: {_parts(ours.memory, pod)}; at most {pod.memory_mb} MiB"
    if isinstance(live, InferenceResult) and live.memory:
        detail += f"; the live model {_pod_mebibytes(live.memory, pod)} MiB"
    return Check(name=MEMORY, passed=need <= pod.memory_mb, detail=detail)


def _pod_mebibytes(memory: Memory, pod: Pod) -> int:
    return (memory.before + pod.workers * (memory.peak - memory.before)) // _MIB


def _parts(memory: Memory, pod: Pod) -> str:
    model = (memory.peak - memory.before) // _MIB
    return f"{memory.before // _MIB} MiB, and {model} MiB at most for each of {pod.workers} workers"
