"""What `model.lock` said in an earlier commit."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from seatrial.errors import SeatrialError
from seatrial.model.lock import Lock, read_lock
from seatrial.process import run
from seatrial.workspace import Workspace

COMMIT = re.compile(r"[0-9a-f]{7,40}")


def lock_of(workspace: Workspace, revision: str) -> Lock | None:
    """Return the lock of a revision (`-dirty` or not), or None where git does not have it here."""
    commit = revision.removesuffix("-dirty")
    if not COMMIT.fullmatch(commit):
        return None
    words = ["git", "show", f"{commit}:{workspace.lock.name}"]
    done = run(words, timeout=60, cwd=workspace.root, check=False, separate_stderr=True)
    if done.code != 0:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / workspace.lock.name
        path.write_text(done.output)
        try:
            return read_lock(path)
        except SeatrialError:
            return None
