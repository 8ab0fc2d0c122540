"""Replace what costs time and decides nothing: console, files, compression, random identities."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from seatrial.kube.fencing import FencedCluster
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import Manifest
from seatrial.release.record import Manifests, Record
from seatrial.release.record_document import DOCUMENT, MANIFESTS
from seatrial.release.target import Target
from simulation.client import SimulatedCluster
from simulation.manifests import QuickRenderer
from simulation.quick_retrying import QuickRetrying


class Identities:
    """Random identities that are the same in every run."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def restart(self) -> None:
        """Begin again with the first."""
        self._numbers = count(1)

    def uuid4(self) -> SimpleNamespace:
        """Return the next identity."""
        return SimpleNamespace(hex=f"{next(self._numbers):06x}{0:026x}")


IDENTITIES = Identities()
QUIET = SimpleNamespace(is_terminal=False, print=lambda *_: None)
JSON = SimpleNamespace(loads=json.loads, dumps=lambda value, **_: json.dumps(value))
PACKED = SimpleNamespace(compress=lambda data, **_: data, decompress=lambda data: data)


@lru_cache(maxsize=256)
def _record(document: str) -> Record:
    return Record.model_validate_json(document, extra="ignore")


@lru_cache(maxsize=256)
def _manifests(packed: str) -> Manifests:
    return Manifests.model_validate_json(base64.b64decode(packed), extra="ignore")


def parse(body: Manifest) -> Record:
    """Return the record of a ConfigMap; an equal document is parsed once."""
    return _record(body["data"][DOCUMENT])


def manifests_of(body: Manifest) -> Manifests:
    """Return the manifests that a release applied; equal ones are parsed once."""
    return _manifests(body["binaryData"][MANIFESTS])


RENDERER = property(lambda target: QuickRenderer(target.environment))

REPLACED: dict[str, Any] = {
    "seatrial.console._out": QUIET,
    "seatrial.console.escape": str,
    "seatrial.wait.Retrying": QuickRetrying,
    "seatrial.analysis.load.write_timeline": lambda *_: None,
    "seatrial.release.target.uuid": IDENTITIES,
    "seatrial.release.record_document.json": JSON,
    "seatrial.release.record_document.gzip": PACKED,
    "seatrial.release.record_document.parse": parse,
    "seatrial.release.records.parse": parse,
    "seatrial.release.records.manifests_of": manifests_of,
}


def _observed_take_over(
    take_over: Callable[[FencedCluster, str], None],
) -> Callable[[FencedCluster, str], None]:
    """Note while a process stamps all objects: it decides nothing by what it reads meanwhile."""

    def observed(fenced: FencedCluster, namespace: str) -> None:
        assert isinstance(fenced.cluster, SimulatedCluster)
        process = fenced.cluster.process
        process.takes_over = True
        try:
            take_over(fenced, namespace)
        finally:
            process.takes_over = False

    return observed


def _observed_check(check: Callable[[Lease], None]) -> Callable[[Lease], None]:
    """Note what a check of the Lease let pass."""

    def observed(lease: Lease) -> None:
        check(lease)
        assert isinstance(lease.cluster, SimulatedCluster)
        lease.cluster.environment.note_check(lease.cluster.process)

    return observed


@contextmanager
def shortcuts() -> Iterator[None]:
    """Install the replacements while the block runs."""
    with ExitStack() as stack:
        for name, value in REPLACED.items():
            stack.enter_context(patch(name, value))
        stack.enter_context(patch.object(Target, "renderer", RENDERER))
        stack.enter_context(patch.object(Lease, "check", _observed_check(Lease.check)))
        stack.enter_context(
            patch.object(FencedCluster, "take_over", _observed_take_over(FencedCluster.take_over))
        )
        yield


__all__ = ["IDENTITIES", "shortcuts"]
