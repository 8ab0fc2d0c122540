"""fetch and publish of a large model beside azcopy, in alternation, and their memory."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import onnx
from bench.blob_peers import BlobServer
from bench.measured_command import Measured, measure
from bench.rows import Row

from colours import LABELS, write_model
from imagemodel.golden import load_golden
from imagemodel.verify import verify
from samples import lock_to, make_checkout, reseal, write_golden
from seatrial.results import Artefact
from seatrial.workspace import Workspace

TENSOR_BYTES: Final = 32 << 20
TIMES: Final = 1.25
GROWTH_MB: Final = 64
SECOND_SECONDS: Final = 0.3
SEATRIAL: Final = str(Path(sys.executable).parent / "seatrial")


@dataclass
class _Rounds:
    ours: list[Measured] = field(default_factory=list)
    azcopy: list[Measured] = field(default_factory=list)

    def row(self, what: str, small: Measured) -> list[Row]:
        """Return the rows of the time and of the memory."""
        pairs = zip(self.ours, self.azcopy, strict=True)
        ratio = median(ours.seconds / peer.seconds for ours, peer in pairs)
        seconds, peer = (median(each.seconds for each in some) for some in (self.ours, self.azcopy))
        growth = max(each.megabytes for each in self.ours) - small.megabytes
        return [
            Row(
                f"{what}: time",
                f"{seconds:.1f} s, {ratio:.2f} x",
                f"azcopy {peer:.1f} s",
                f"{TIMES} x",
                ratio <= TIMES,
            ),
            Row(
                f"{what}: memory above that of a small model",
                f"{growth:.0f} MB",
                f"{small.megabytes:.0f} MB",
                f"{GROWTH_MB} MB",
                growth <= GROWTH_MB,
            ),
            Row(
                f"{what}: processor time",
                f"{median(each.cpu_seconds for each in self.ours):.1f} s",
                f"azcopy {median(each.cpu_seconds for each in self.azcopy):.1f} s",
            ),
        ]


def transfers(server: BlobServer, folder: Path, mebibytes: int, rounds: int) -> list[Row]:
    """Measure publish, fetch and the second fetch; azcopy computes and verifies an MD5 of the file too."""
    golden, checkout = folder / "golden", make_checkout(folder / "checkout")
    write_golden(golden)
    small, large = folder / "small", folder / "large"
    write_model(small)
    write_large_model(large, mebibytes)
    publishing = _publish(server, checkout, small, golden, "small")
    fetching = _fetch(server, checkout, small, golden, "small")
    second = [_fetch(server, checkout, small, golden, "small", fresh=False) for _ in range(2 * rounds)]
    up, down = _Rounds(), _Rounds()
    for number in range(rounds):
        prefix, blob = f"large-{number}", f"blob:peer-{number}"
        up.azcopy.append(server.azcopy(str(large / "model.onnx"), blob, "--from-to=LocalBlob", "--put-md5"))
        up.ours.append(_publish(server, checkout, large, golden, prefix))
        down.azcopy.append(
            server.azcopy(blob, str(folder / "copy"), "--from-to=BlobLocal", "--check-md5=FailIfDifferent")
        )
        down.ours.append(_fetch(server, checkout, large, golden, prefix))
        shutil.rmtree(server.folder / "cache" / prefix)
    seconds = median(each.seconds for each in second)
    return [
        *down.row(f"fetch, {mebibytes} MiB", fetching),
        *up.row(f"publish, {mebibytes} MiB", publishing),
        Row(
            "second fetch, small model",
            f"{seconds:.2f} s",
            "",
            f"{SECOND_SECONDS} s",
            seconds <= SECOND_SECONDS,
        ),
    ]


def write_large_model(folder: Path, mebibytes: int) -> None:
    """Write a model with this many MiB of random weights, which its network does not use."""
    write_model(folder)
    model = onnx.load(folder / "model.onnx")
    for number in range((mebibytes << 20) // TENSOR_BYTES):
        tensor = model.graph.initializer.add(name=f"w{number}", data_type=onnx.TensorProto.FLOAT)
        tensor.dims.append(TENSOR_BYTES // 4)
        tensor.raw_data = os.urandom(TENSOR_BYTES)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    reseal(folder)


def _publish(server: BlobServer, checkout: Workspace, model: Path, golden: Path, prefix: str) -> Measured:
    command = [SEATRIAL, "publish", str(model), "--golden", str(golden)]
    return measure(command, checkout.root, server.variables(prefix))


def _fetch(
    server: BlobServer, checkout: Workspace, model: Path, golden: Path, prefix: str, *, fresh: bool = True
) -> Measured:
    if fresh:
        card, photos = verify(model), load_golden(golden)
        locked = [
            Artefact(name=each.name, version=each.version, digest=each.digest) for each in (card, photos)
        ]
        lock_to(checkout, *locked)
    return measure([SEATRIAL, "fetch"], checkout.root, server.variables(prefix))
