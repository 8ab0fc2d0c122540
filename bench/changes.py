"""From a change to all replicas serving it: a line of code, or a new model, in a copy of this checkout."""

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
CHANGED = Path("src/classifier/version.py")
# So that the channel that everybody follows stays where it is.
CHANNEL = "bench"
# Of the instance's files those that stages write or read; the built example is not among them.
INSTANCE = ("local.toml", "kubeconfig", "secrets", "run", "cache")


@dataclass(frozen=True)
class Change:
    """What was changed, the seconds of each stage, the bytes pushed, and the size of the model's file."""

    what: str
    stages: dict[str, float]
    bytes_pushed: int
    model_bytes: int

    @property
    def seconds(self) -> float:
        """From the change to the end of acceptance, by which all replicas serve it."""
        return round(sum(self.stages.values()), 1)


def code_change(workspace: Workspace, env: str) -> Change:
    """Change one line of the app, and release it."""
    with _copy(workspace) as copy:
        changed = copy.root / CHANGED
        changed.write_text(f"{changed.read_text()}\n# {time.time()}\n")
        return _release(copy, env, "code")


def model_change(workspace: Workspace, env: str) -> Change:
    """Publish a new version of the model, lock it, and release it. Publishing and locking are not timed."""
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


def _release(copy: Workspace, env: str, what: str) -> Change:
    stages = {stage: _seatrial(copy, stage, *_where(stage, env)) for stage in STAGES}
    pushed = Workspace(copy.root, copy.instance).read_result(PushResult)
    fetched = copy.read_result(FetchResult, current=False)
    size = (Path(fetched.model_path) / "model.onnx").stat().st_size
    return Change(what, stages, pushed.bytes_pushed, size)


def _where(stage: str, env: str) -> Sequence[str]:
    return ("--env", env) if stage in ("deploy", "accept") else ()


def _seatrial(copy: Workspace, *words: str, **more: str) -> float:
    """Run a command in the copy; return how long it took, its own start included."""
    start = time.monotonic()
    environment = {"SEATRIAL_INSTANCE": copy.instance, **more}
    run([sys.executable, "-m", "seatrial", *words], timeout=STAGE_SECONDS, cwd=copy.root, env=environment)
    return round(time.monotonic() - start, 1)


@contextmanager
def _copy(workspace: Workspace) -> Iterator[Workspace]:
    """Give a checkout of its own, as this one is now, on the same instance."""
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder:
        root = Path(folder) / "seatrial"
        run(["git", "clone", "-q", str(workspace.root), str(root)], timeout=60)
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in run(listed, timeout=60, cwd=workspace.root).output.split("\0"):
            if name and (workspace.root / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(workspace.root / name, root / name)
        copy = Workspace(root, workspace.instance)
        copy.directory.mkdir(parents=True, mode=0o700)
        for name in INSTANCE:
            _copy_one(workspace.directory / name, copy.directory / name)
        yield copy


def _copy_one(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)
