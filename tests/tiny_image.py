"""An image of a few bytes in the engine, and the results that say it was built and checked."""

from __future__ import annotations

import io
import json
import tarfile
import uuid
from datetime import UTC, datetime
from typing import Any

from seatrial.results import Artefact, BuildResult, CheckResult, FetchResult
from seatrial.workspace import Workspace

ARTEFACT = Artefact(name="tiny", version="1", digest="sha256:0")
# Of this session alone: whoever tests at the same time keeps theirs.
NAME = f"seatrial-tests/tiny-{uuid.uuid4().hex[:12]}"


def import_image(engine: Any) -> str:
    """Import an image that nobody has yet, one layer with one file, and return its id."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        data = uuid.uuid4().bytes * 1000
        entry = tarfile.TarInfo("file")
        entry.size = len(data)
        layer.addfile(entry, io.BytesIO(data))
    told = engine.api.import_image_from_data(buffer.getvalue(), repository=NAME, tag=uuid.uuid4().hex)
    return str(json.loads(told.splitlines()[-1])["status"])


def write_results(workspace: Workspace, built: str, checked: str | None = None) -> None:
    """Write what fetch, build and (with `checked`) check would have given."""
    common: dict[str, Any] = {
        "working_state": workspace.working_state,
        "revision": workspace.revision,
        "lock_digest": workspace.lock_digest,
        "started": datetime.now(UTC),
        "seconds": 0,
        "model": ARTEFACT,
        "golden": ARTEFACT,
    }
    workspace.write_result(FetchResult(**common, model_path="none", golden_path="none", bytes_transferred=0))
    workspace.write_result(BuildResult(**common, image_id=built, size=1, layers={}))
    if checked:
        lean = {name: common[name] for name in common if name not in ("model", "golden")}
        workspace.write_result(CheckResult(**lean, image_id=checked, passed=1, report="check.xml"))
