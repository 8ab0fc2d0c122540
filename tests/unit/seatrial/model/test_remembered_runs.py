"""Runs that the tests of stages do not repeat."""

from __future__ import annotations

from pathlib import Path

import pytest

from remembered_runs import remembered_runs
from seatrial.model.inference.alone import Output
from seatrial.model.inference.publication.task import PublicationTask
from seatrial.model.published import checks


class RecordedRuns:
    """Stands in for `run_module`, and records the models; tests set what is printed."""

    def __init__(self) -> None:
        self.models: list[Path | None] = []
        self.output = Output([b"confinement", b"result"])

    def __call__(self, _module: str, task: PublicationTask, *_: object) -> Output:
        """Record a run."""
        self.models.append(task.model)
        return self.output


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> RecordedRuns:
    """The subprocesses that are started."""
    found = RecordedRuns()
    monkeypatch.setattr("remembered_runs.run_module", found)
    return found


def run(folder: Path, model: Path, *, seconds: int = 9, require_isolation: bool = False) -> Output:
    """Run a model as `publish` does, with the runs of `folder`."""
    task = PublicationTask(model=model, photos=(), cpu_seconds=seconds, require_isolation=require_isolation)
    with remembered_runs(folder):
        return checks.run_module("seatrial.model.inference.publication", task, seconds, "crashed")


def make_model(folder: Path, content: str = "network") -> Path:
    """Return a new model directory with one file."""
    folder.mkdir()
    (folder / "model.onnx").write_text(content)
    return folder


def test_equal_files_run_once(tmp_path: Path, recorded: RecordedRuns) -> None:
    """The directory does not matter, and the second result is that of the first run."""
    found = [run(tmp_path / "runs", make_model(tmp_path / name)).lines for name in ("first", "second")]
    assert found == [[b"confinement", b"result"]] * 2
    assert recorded.models == [tmp_path / "first"]


def test_another_file_or_another_limit_is_another_run(tmp_path: Path, recorded: RecordedRuns) -> None:
    """What the subprocess could see or is allowed differs."""
    model = make_model(tmp_path / "model")
    run(tmp_path / "runs", model)
    run(tmp_path / "runs", model, require_isolation=True)
    run(tmp_path / "runs", model, seconds=10)
    (model / "model.onnx").write_text("changed")
    run(tmp_path / "runs", model)
    (model / "more").write_text("")
    run(tmp_path / "runs", model)
    assert len(recorded.models) == 5


@pytest.mark.parametrize("with_fault", [True, False])
def test_a_fault_or_a_path_is_not_kept(tmp_path: Path, recorded: RecordedRuns, with_fault: bool) -> None:
    """The next run may not fail, or have another path."""
    model = make_model(tmp_path / "model")
    recorded.output = Output([], "crashed") if with_fault else Output([f"in {model}".encode()])
    assert [run(tmp_path / "runs", model) for _ in range(2)] == [recorded.output] * 2
    assert len(recorded.models) == 2
