"""The time from a change of code or model to all replicas serving it, measured in a copy of this checkout."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imagemodel.seal import seal
from seatrial.process import run
from seatrial.results import FetchResult, PushResult
from seatrial.workspace import Workspace

STAGES = ("fetch", "validate", "build", "check", "push", "deploy", "accept")
STAGE_SECONDS = 300
CHANGED = Path("src/classifier/routes/version.py")
# A channel of its own, so that `latest` does not move.
CHANNEL = "bench"
# The files of the instance that stages read or write; the built example is not needed.
INSTANCE = ("local.toml", "kubeconfig", "secrets", "run", "cache")


@dataclass(frozen=True)
class MeasuredChange:
    """The kind of change, the seconds of each stage, the bytes pushed, and the size of the model file."""

    what: str
    stages: dict[str, float]
    bytes_pushed: int
    model_bytes: int

    @property
    def seconds(self) -> float:
        """The time from the change to the end of accept, when all replicas serve it."""
        return round(sum(self.stages.values()), 1)


def code_change(workspace: Workspace, env: str) -> MeasuredChange:
    """Change one line of the app and release it."""
    with _copy(workspace) as copy:
        changed = copy.root / CHANGED
        changed.write_text(f"{changed.read_text()}\n# {time.time()}\n")
        return _release(copy, env, "code")


def model_change(workspace: Workspace, env: str) -> MeasuredChange:
    """Publish and lock a new version of the model, then release it; only the release is timed."""
    with _copy(workspace) as copy:
        fetched = workspace.read_result(FetchResult, current=False)
        model = copy.root / ".seatrial" / "model"
        shutil.copytree(fetched.model_path, model)
        card = json.loads((model / "model.json").read_text())
        fields = {key: value for key, value in card.items() if key not in ("files", "schema")}
        seal(model, {**fields, "version": f"{fields['version']}-bench.{int(time.time())}"})
        _seatrial(copy, "publish", str(model), "--channel", CHANNEL)
        _seatrial(copy, "update", SEATRIAL_MODEL__CHANNEL=CHANNEL)
        return _release(copy, env, "model")


def _release(copy: Workspace, env: str, what: str) -> MeasuredChange:
    stages = {stage: _seatrial(copy, stage, *_options(stage, env)) for stage in STAGES}
    pushed = Workspace(copy.root, copy.instance).read_result(PushResult)
    fetched = copy.read_result(FetchResult, current=False)
    size = (Path(fetched.model_path) / "model.onnx").stat().st_size
    return MeasuredChange(what, stages, pushed.bytes_pushed, size)


def _options(stage: str, env: str) -> Sequence[str]:
    return ("--env", env) if stage in ("deploy", "accept") else ()


def _seatrial(copy: Workspace, *words: str, **variables: str) -> float:
    """Run a command in the copy and return its duration, the start of the interpreter included."""
    start = time.monotonic()
    environment = {"SEATRIAL_INSTANCE": copy.instance, **variables}
    run([sys.executable, "-m", "seatrial", *words], timeout=STAGE_SECONDS, cwd=copy.root, env=environment)
    return round(time.monotonic() - start, 1)


@contextmanager
def _copy(workspace: Workspace) -> Iterator[Workspace]:
    """Yield a copy of this working tree, uncommitted changes included, on the same instance."""
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder:
        root = Path(folder) / "seatrial"
        run(["git", "clone", "-q", str(workspace.root), str(root)], timeout=60)
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in run(command, timeout=60, cwd=workspace.root).output.split("\0"):
            if name and (workspace.root / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(workspace.root / name, root / name)
        copy = Workspace(root, workspace.instance)
        copy.directory.mkdir(parents=True, mode=0o700)
        for name in INSTANCE:
            _copy_path(workspace.directory / name, copy.directory / name)
        yield copy


def _copy_path(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)
