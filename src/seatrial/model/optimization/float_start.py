"""Which convolutions at the start of a network stay floating point because that is faster.

The first ones have few channels and large images. There the 8-bit kernels of onnxruntime are slower than
those of floating point, and rounding costs the most accuracy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import onnx
import onnxruntime as ort

COUNTS: Final = (1, 2, 3, 4)
ROUNDS: Final = 40
WARM_UP: Final = 3
LEAST_GAIN: Final = 0.02
"""A smaller gain is within what a measurement varies, and changes nothing."""
LEAST_SECONDS: Final = 0.001
"""An inference that takes less is not tried: its time cannot be compared so exactly."""


def first_nodes(network: onnx.ModelProto, convolutions: int) -> list[str]:
    """Return the names of all nodes up to the first `convolutions`, and of those that follow the last one.

    It is empty if the network has no more convolutions than that: then nothing would be quantised.
    """
    names: list[str] = []
    found = 0
    for node in network.graph.node:
        found += node.op_type == "Conv"
        if found > convolutions:
            return names
        names.append(node.name)
    return []


def fastest_count(
    network: onnx.ModelProto,
    quantise: Callable[[list[str], Path], None],
    inputs: dict[str, Any],
    folder: Path,
) -> int:
    """Return how many convolutions at the start of `network` should stay floating point on this machine.

    `quantise` writes the network with the named nodes in floating point to a file; it is called for each of
    COUNTS with files in `folder`. All of them then compute `inputs` on one thread, in turn; the processor
    time counts.
    """
    quantise([], folder / "float-0.onnx")
    if _least_seconds([folder / "float-0.onnx"], inputs)[0] < LEAST_SECONDS:
        return 0
    paths = {0: folder / "float-0.onnx"}
    for count in COUNTS:
        if names := first_nodes(network, count):
            paths[count] = folder / f"float-{count}.onnx"
            quantise(names, paths[count])
    seconds = dict(zip(paths, _least_seconds(list(paths.values()), inputs), strict=True))
    return choose(seconds)


def choose(seconds: Mapping[int, float]) -> int:
    """Return the best of some counts, given the processor time of each; 0 is everything in 8 bits.

    Of counts that differ by less than LEAST_GAIN it is the largest, which has the most exact predictions.
    """
    least = min(seconds.values())
    if least > (1 - LEAST_GAIN) * seconds[0]:
        return 0
    return max(count for count, each in seconds.items() if each < (1 + LEAST_GAIN) * least)


def _least_seconds(paths: Sequence[Path], inputs: dict[str, Any]) -> list[float]:
    sessions = [_session(path) for path in paths]
    seconds: list[list[float]] = [[] for _ in sessions]
    for number in range(WARM_UP + ROUNDS):
        for session, measured in zip(sessions, seconds, strict=True):
            start = time.thread_time()
            session.run(None, inputs)
            if number >= WARM_UP:
                measured.append(time.thread_time() - start)
    return [min(measured) for measured in seconds]


def _session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
