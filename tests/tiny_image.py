"""An image of a few bytes in the engine, and stage results that name it as built and checked."""

from __future__ import annotations

import io
import json
import tarfile
import uuid
from datetime import UTC, datetime
from typing import Any

from seatrial.image.required_checks import REQUIRED_CHECKS
from seatrial.results import Artefact, BuildResult, CheckResult, FetchResult
from seatrial.workspace import Workspace

ARTEFACT = Artefact(name="tiny", version="1", digest="sha256:0")
# Unique per test session, so that concurrent sessions do not remove each other's images.
NAME = f"seatrial-tests/tiny-{uuid.uuid4().hex[:12]}"


def import_image(engine: Any) -> str:
    """Import a new image of one layer with one file; return its image id."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        data = uuid.uuid4().bytes * 1000
        entry = tarfile.TarInfo("file")
        entry.size = len(data)
        layer.addfile(entry, io.BytesIO(data))
    output = engine.api.import_image_from_data(buffer.getvalue(), repository=NAME, tag=uuid.uuid4().hex)
    return str(json.loads(output.splitlines()[-1])["status"])


def write_results(workspace: Workspace, built: str, checked: str | None = None) -> None:
    """Write the results of fetch, build and, if `checked` is given, check."""
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
        without_artefacts = {name: common[name] for name in common if name not in ("model", "golden")}
        workspace.write_result(
            CheckResult(
                **without_artefacts,
                image_id=checked,
                passed=len(REQUIRED_CHECKS),
                tests=tuple(sorted(REQUIRED_CHECKS)),
                report="check.xml",
            )
        )
