"""validate with directories: a model is judged before anything is published."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from colours import write_model
from samples import commit_all, keep_red, reseal, write_evaluation, write_golden
from seatrial.cli import main
from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Settings
from seatrial.stages.build import build
from seatrial.stages.fetch import fetch
from seatrial.stages.validate import validate_directories
from seatrial.workspace import Workspace


def run_cli(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run `seatrial validate` as a user types it and return its exit code."""
    monkeypatch.chdir(workspace.root)
    monkeypatch.setattr(sys, "argv", ["seatrial", "validate", *arguments])
    with pytest.raises(SystemExit) as raised:
        main()
    return int(raised.value.code or 0)


def test_it_needs_neither_a_lock_nor_a_store(
    workspace: Workspace,
    model: Path,
    golden: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command prints the table of checks of three directories, and ends with 0."""
    write_evaluation(tmp_path / "evaluation")
    arguments = ["--model", str(model), "--golden", str(golden)]
    code = run_cli(workspace, monkeypatch, *arguments, "--evaluation", str(tmp_path / "evaluation"))
    printed = capsys.readouterr().err
    assert code == 0, printed
    assert "colours 1.0.0 passed" in printed
    assert "evaluation: top-1" in printed
    assert not workspace.lock.exists()


def test_its_report_is_not_one_for_build(
    settings: Settings, published: Workspace, model: Path, golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else photos that are not locked could let a locked model pass."""
    published.write_result(fetch(settings, published))
    assert run_cli(published, monkeypatch, "--model", str(model), "--golden", str(golden)) == 0
    with pytest.raises(UsageError, match="validate has not run"):
        build(settings, published)


def test_a_wrong_model_is_refused(
    workspace: Workspace,
    golden: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit code is 10 and the table has the photo."""
    write_model(tmp_path / "wrong", ("green", "red", "blue"))
    assert run_cli(workspace, monkeypatch, "--model", str(tmp_path / "wrong"), "--golden", str(golden)) == 10
    assert "golden: red.png" in capsys.readouterr().err


def test_the_live_model_is_compared_with_where_the_store_has_it(
    settings: Settings, published: Workspace, model: Path, golden: Path, tmp_path: Path
) -> None:
    """The model of the base commit's lock, here HEAD's, is live; without a store the reason is given."""
    commit_all(published)
    shutil.copytree(model, tmp_path / "next")
    reseal(tmp_path / "next", version="1.1.0")
    statuses = {}
    for url in (settings.store.url, ""):
        own = settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})
        fresh = replace(published)
        report = validate_directories(own, fresh, model=tmp_path / "next", golden=golden)
        statuses[url] = {check.name: check for check in report.verdicts}
        shutil.rmtree(published.cache, ignore_errors=True)
    name = "agrees with the live model of the base commit"
    assert statuses[settings.store.url][name].status == "passed"
    assert statuses[""][name].status == "not judged"
    assert "cannot be fetched" in statuses[""][name].detail


def test_changed_labels_are_accepted_for_this_run_alone(
    settings: Settings, published: Workspace, golden: Path, tmp_path: Path
) -> None:
    """The report passes, and model.lock has no acceptance: `use` or `update` writes it."""
    commit_all(published)
    write_model(tmp_path / "longer", version="1.1.0")
    labels = tmp_path / "longer" / "labels.txt"
    labels.write_text(labels.read_text().replace("blue", "sea"))
    reseal(tmp_path / "longer")
    write_golden(tmp_path / "red", min_probability=0.9)
    keep_red(tmp_path / "red")
    folders = {"model": tmp_path / "longer", "golden": tmp_path / "red"}
    with pytest.raises(RefusedError, match="labels: as in"):
        validate_directories(settings, replace(published), **folders)
    before = published.lock.read_bytes()
    report = validate_directories(settings, replace(published), **folders, accept_labels="the sea is blue")
    assert any("accepted by" in check.detail for check in report.verdicts)
    assert published.lock.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("golden",), "with its golden set"),
        (("model",), "with its golden set"),
        (("model", "missing"), "is not a directory"),
    ],
)
def test_a_missing_directory_is_wrong_usage(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, given: tuple[str, ...], message: str
) -> None:
    """The error names what is missing."""
    folders = {"model": model, "golden": golden}
    chosen = {name: folders[name] for name in given if name in folders}
    if "missing" in given:
        chosen["golden"] = model / "missing"
    with pytest.raises(UsageError, match=message):
        validate_directories(settings, workspace, model=chosen.get("model"), golden=chosen.get("golden"))


def test_a_card_that_is_not_valid_is_refused(
    settings: Settings, workspace: Workspace, model: Path, golden: Path
) -> None:
    """The error names the field."""
    card = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps({**card, "task": "guessing"}))
    with pytest.raises(RefusedError, match="task"):
        validate_directories(settings, workspace, model=model, golden=golden)


def test_labels_in_another_order_are_named_as_a_cause(
    settings: Settings, workspace: Workspace, tmp_path: Path, golden: Path
) -> None:
    """If no golden photo is right; the failed checks are first, and nothing is called published."""
    write_model(tmp_path / "rotated", labels=("green", "blue", "red"))
    with pytest.raises(RefusedError, match="golden: red") as caught:
        validate_directories(settings, workspace, model=tmp_path / "rotated", golden=golden)
    assert "order of labels.txt" in caught.value.hint
    assert "publish" not in caught.value.hint
    assert caught.value.log.rindex("FAILED") < caught.value.log.index("passed")
