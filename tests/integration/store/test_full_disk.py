"""A full disk: a real file system of 256 KiB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples import lock_to, reseal
from seatrial.settings import Settings
from seatrial.settings import Store as StoreSettings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

# `unshare --mount` gives the command a mount namespace of its own, so the mount ends with it.
SMALL = (
    'mount -t tmpfs -o size=256k tmpfs "$0" || exit 99; "$@"; code=$?; echo "left: $(ls -A "$0")"; exit $code'
)


@pytest.fixture
def store_settings(azurite: StoreSettings) -> StoreSettings:
    """Azurite alone."""
    return azurite


@pytest.fixture
def large(model: Path) -> Path:
    """A model larger than the small disk."""
    (model / "README.md").write_bytes(os.urandom(400_000))
    reseal(model)
    return model


def on_small_disk(
    folder: Path, workspace: Workspace, *words: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line with a small disk mounted at `folder`."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [*_own_mounts(), "sh", "-c", SMALL, str(folder), sys.executable, "-m", "seatrial", *words],
        cwd=workspace.root,
        env={**os.environ, "SEATRIAL_INSTANCE": workspace.instance, **env},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def _own_mounts() -> list[str]:
    """Return a command in front of which nothing is mounted for others; Ubuntu leaves it to root."""
    if os.geteuid() == 0:
        return ["unshare", "--mount"]
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.exists() and restricted.read_text().strip() == "1":
        return ["sudo", "-n", "--preserve-env", "unshare", "--mount"]
    return ["unshare", "--mount", "--map-root-user"]


def test_fetch_on_a_full_disk_leaves_nothing(
    settings: Settings, workspace: Workspace, large: Path, golden: Path, tmp_path: Path
) -> None:
    """Fetch ends with 30 and one line with a hint; no partial model remains."""
    done = publish(settings, workspace, model=large, golden=golden)
    assert done.model
    assert done.golden
    lock_to(workspace, done.model, done.golden)
    store = {f"SEATRIAL_STORE__{k.upper()}": str(v) for k, v in settings.store.model_dump().items()}
    models = workspace.cache / "models"
    models.mkdir(parents=True)
    fetched = on_small_disk(models, workspace, "fetch", **store)
    assert fetched.returncode == 30
    (line,) = fetched.stderr.splitlines()
    assert "is full. Cure: free some space, or point SEATRIAL_CACHE to another disk." in line
    assert fetched.stdout == "left: \n"


def test_publish_to_a_full_disk_leaves_nothing(workspace: Workspace, large: Path, tmp_path: Path) -> None:
    """Publish to a full directory store ends with 30 and one line with a hint; no partial file remains."""
    folder = tmp_path / "store"
    done = on_small_disk(folder, workspace, "publish", str(large), SEATRIAL_STORE__URL=folder.as_uri())
    assert done.returncode == 30
    *steps, line = done.stderr.splitlines()
    assert all(step.startswith("  ") for step in steps)
    assert "No space left" in line
    assert "Cure: free some space there" in line
