"""A blank, an umlaut, a quote or a dollar sign in every path that a command takes, the checkout's own too."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from brought_models import GENERATED, BroughtModel, generated
from git_command import git
from samples import MINIMAL_TOML
from seatrial.cli import app

UNUSUAL = """a b/ü ñ/$x/'q'/"r"/#%?"""
# They are written by a workflow, in directories of its own.
OF_WORKFLOWS = {("deploy", "approvals"), ("promote", "approvals")}
OF_WORKFLOWS |= {(command, "step_summary") for command in ("deploy", "accept", "promote", "settle")}


def path_options() -> Iterator[tuple[str, str]]:
    """Yield command and option of every path on the command line of seatrial."""
    groups = [app, *(group.typer_instance for group in app.registered_groups)]
    for command in (each for group in groups if group for each in group.registered_commands):
        assert command.callback
        name = command.name or command.callback.__name__.replace("_", "-")
        for option in inspect.signature(command.callback).parameters.values():
            if "Path" in str(option.annotation):
                yield name, option.name


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with an unusual path; its checkout is a repository with a commit."""
    checkout = tmp_path / UNUSUAL / "checkout"
    checkout.mkdir(parents=True)
    (checkout / "seatrial.toml").write_text(MINIMAL_TOML)
    (checkout / ".gitignore").write_text("/.seatrial/\n")
    git(checkout, "init", "-q")
    git(checkout, "add", "--all")
    git(checkout, "commit", "-q", "-m", "first")
    return checkout.parent


@pytest.fixture
def brought(place: Path) -> BroughtModel:
    """The files of a user there."""
    return generated(place / "brought", GENERATED[1])


def steps(place: Path, brought: BroughtModel) -> Iterator[tuple[str, dict[str, Path], list[str]]]:
    """Yield command, paths by option (an empty one is the argument) and other words, in the user's order."""
    model, golden, evaluation = (place / name for name in ("model", "golden", "evaluation"))
    photo = min(brought.photos.glob("*/*"))
    files = {"onnx": brought.onnx, "labels": brought.labels, "out": model, "photo": photo}
    fields = ["--name", "mine", "--version", "1.0.0", "--licence", "MIT", "--preset", "raw"]
    yield "card", files, fields
    yield "golden", {"photos": brought.photos, "model": model, "out": golden}, []
    yield (
        "golden",
        {"photos": brought.photos, "model": model, "out": evaluation},
        ["--kind", "evaluation", "--name", "mine-evaluation"],
    )
    sets = {"golden": golden, "evaluation": evaluation}
    yield "publish", {"model": model, **sets}, []
    yield "use", {"model": model, **sets}, []
    yield "fetch", {}, []
    yield "validate", {}, []
    yield "validate", {"model": model, **sets}, []
    yield "optimize", {"model": model, "photos": brought.photos, "out": place / "small", **sets}, []
    yield "qa-kit", {"out": place / "kit.zip"}, []


def words(command: str, paths: dict[str, Path]) -> list[str]:
    """Return the words of the shell for paths; the model of three commands is an argument."""
    bare = {"model"} if command in ("publish", "use", "optimize") else set()
    options = [word for name, path in paths.items() if name not in bare for word in (f"--{name}", str(path))]
    return [*(str(paths[name]) for name in bare if name in paths), *options]


def test_every_command_takes_unusual_paths(place: Path, brought: BroughtModel) -> None:
    """Each works there, or ends with one line that has the reason; none has a traceback."""
    environment = {
        **os.environ,
        "SEATRIAL_STORE__URL": (place / "store").as_uri(),
        "SEATRIAL_CACHE": str(place / "cache"),
        "SEATRIAL_INSTANCE": "dev",
        "CI": "true",
    }
    failed = []
    for command, paths, others in steps(place, brought):
        done = subprocess.run(
            [sys.executable, "-m", "seatrial", command, *words(command, paths), *others],
            cwd=place / "checkout",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        if done.returncode:
            failed.append((command, done.returncode, done.stderr[-600:]))
    # Two random networks of 8 bits need not agree, and no image was pushed for a kit.
    assert [each for each in failed if each[0] not in ("optimize", "qa-kit")] == []
    for _, code, text in failed:
        assert code in (2, 10, 30)
        assert text.splitlines()[-1].startswith("seatrial: ")
        assert "Traceback" not in text


def test_no_path_is_left_out(tmp_path: Path) -> None:
    """A new option that takes a path needs a step above."""
    brought = BroughtModel("mine", tmp_path, tmp_path, tmp_path, 3)
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / "1.png").touch()
    taken = {(command, name) for command, paths, _ in steps(tmp_path, brought) for name in paths}
    assert set(path_options()) - OF_WORKFLOWS <= taken
    assert isinstance(app, typer.Typer)
