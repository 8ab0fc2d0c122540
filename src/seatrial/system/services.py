"""The services of a real release: the one place where they are put together."""

from __future__ import annotations

from seatrial import kustomize
from seatrial.http_client import NewConnections
from seatrial.kube.connect import connect
from seatrial.release.services import Services
from seatrial.report.writer import write_report
from seatrial.runtime import SYSTEM
from seatrial.stores.choose import open_store
from seatrial.system.acceptance_suite import PytestSuite
from seatrial.system.golden_sets import StoredGoldenSets
from seatrial.system.images import RegistryImages
from seatrial.system.preview_path import open_preview_path
from seatrial.system.user import whoami

SERVICES = Services(
    runtime=SYSTEM,
    http=NewConnections(),
    connect=connect,
    kustomize=kustomize.build,
    suites=PytestSuite,
    golden_sets=StoredGoldenSets(),
    images=RegistryImages(),
    write_report=write_report,
    user=whoami,
    open_preview_path=open_preview_path,
    open_store=open_store,
)
