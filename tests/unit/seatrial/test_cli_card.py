"""`seatrial card` and `make card` as a user types them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import onnx
import pytest

from networks import labels, network, photo
from seatrial.commands.card_values import read_numbers, read_resize, read_size
from seatrial.errors import UsageError
from seatrial.workspace import Workspace
from unit.repository.project import ROOT

Files = Callable[[], list[str]]
COMMAND = [sys.executable, "-m", "seatrial", "card"]


@pytest.fixture
def exported(tmp_path: Path) -> list[str]:
    """The options for an exporter's two files, and a directory to write."""
    onnx.save(network(3, "NHWC", dtype="float16", output="custom-vision"), tmp_path / "model.onnx")
    (tmp_path / "labels.txt").write_bytes("\r\n".join(labels(3)).encode())
    (tmp_path / "photo.png").write_bytes(photo(2, 3))
    paths = {"onnx": "model.onnx", "labels": "labels.txt", "out": "my model"}
    return [word for option, name in paths.items() for word in (f"--{option}", str(tmp_path / name))]


def run(workspace: Workspace, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a checkout, without a terminal."""
    return subprocess.run(
        [*COMMAND, *options],
        cwd=workspace.root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def test_the_result_lists_what_was_made_of_the_files(workspace: Workspace, exported: list[str]) -> None:
    """Input, output, every change and the next command are printed; the result is kept."""
    fields = ["--name", "mine", "--version", "1.0.0", "--licence", "MIT", "--preset", "raw"]
    done = run(workspace, *exported, *fields)
    assert done.returncode == 0, done.stderr
    for line in (
        "card: mine 1.0.0 (sha256:",
        "  input    photo: 16 x 16 NHWC float32, RGB, 0 to 255, stretched, preset raw",
        "  output   shares: 3 classes, probabilities",
        "  changed  took the scores before the map loss",
        "  changed  takes float32 and converts it to float16",
        "  changed  removed carriage returns",
        f"  next     make golden PHOTOS=dir MODEL='{exported[-1]}' OUT=dir",
    ):
        assert line in done.stderr
    assert json.loads((workspace.directory / "run" / "card.json").read_text())["path"] == exported[-1]


def test_without_a_terminal_everything_that_is_missing_is_named(
    workspace: Workspace, exported: list[str], tmp_path: Path
) -> None:
    """The command does not wait for an answer that nobody gives."""
    without = run(workspace)
    assert (without.returncode, without.stderr.count("\n")) == (2, 1)
    assert "ONNX, LABELS and OUT are missing" in without.stderr
    done = run(workspace, *exported, "--photo", str(tmp_path / "photo.png"))
    assert done.returncode == 2
    assert "NAME, VERSION, LICENCE and PRESET are missing" in done.stderr
    assert "raw" in done.stdout
    assert "green 1.00" in done.stdout


def test_json_on_stdout_is_json_alone(workspace: Workspace, exported: list[str], tmp_path: Path) -> None:
    """The table of a photo is then on stderr."""
    fields = ["--name", "mine", "--version", "1.0.0", "--licence", "MIT", "--preset", "raw", "--json"]
    done = run(workspace, *exported, *fields, "--photo", str(tmp_path / "photo.png"))
    assert json.loads(done.stdout)["model"]["name"] == "mine"
    assert "green 1.00" in done.stderr


def answer(workspace: Workspace, options: list[str], typed: bytes) -> tuple[int, str]:
    """Run the command on a terminal and type; return its exit code and what was shown."""
    terminal, end = pty.openpty()
    environment = {**os.environ, "CI": "", "TERM": "xterm", "COLUMNS": "200"}
    process = subprocess.Popen(
        [*COMMAND, *options], cwd=workspace.root, stdin=end, stdout=end, stderr=end, env=environment
    )
    os.close(end)
    os.write(terminal, typed)
    shown = b""
    # A terminal that no process has open any more gives EIO.
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            shown += part
    os.close(terminal)
    return process.wait(60), shown.decode()


def test_on_a_terminal_it_asks(workspace: Workspace, exported: list[str]) -> None:
    """Name and version have a default; a preset that does not fit is asked for again."""
    code, shown = answer(workspace, exported, b"mine\n\nMIT\nkeras\nraw\n")
    assert code == 0, shown
    assert "Version [1.0.0]: " in shown
    assert "PRESET: 'keras' does not fit; one of torchvision, keras-tf, keras-caffe, raw" in shown
    card = json.loads((Path(exported[-1]) / "model.json").read_text())
    assert (card["name"], card["version"], card["origin"]["preset"]) == ("mine", "1.0.0", "raw")


def test_the_end_of_the_input_is_an_interruption(workspace: Workspace, exported: list[str]) -> None:
    """Ctrl-D instead of an answer ends with one line and code 130; nothing is written."""
    code, shown = answer(workspace, exported, b"mine\n\x04")
    assert code == 130, shown
    assert "interrupted" in shown.splitlines()[-1]
    assert "Traceback" not in shown
    assert not Path(exported[-1]).exists()


def test_make_passes_what_is_typed_and_nothing_of_the_environment() -> None:
    """A quote in a value stays; NAME and VERSION of a shell or a CI are not those of the model."""
    typed = ["ONNX=a b.onnx", "LABELS=l.txt", "OUT=made", "LICENCE=Bob's", "SIZE=224x320"]
    done = subprocess.run(
        ["make", "-n", "-s", "-o", "setup", "card", *typed],
        cwd=ROOT,
        env={**os.environ, "NAME": "host", "VERSION": "9"},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    words = subprocess.run(
        ["/bin/sh", "-c", done.stdout.replace("seatrial card", "printf '%s\\n'")],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.splitlines()
    options = {"--onnx": "a b.onnx", "--labels": "l.txt", "--out": "made", "--licence": "Bob's"}
    assert words == [word for pair in (options | {"--size": "224x320"}).items() for word in pair]


@pytest.mark.parametrize("text", ["0", "x", "224x", "-1", "224 x 224", "99999"])
def test_a_size_is_one_or_two_numbers(text: str) -> None:
    """Anything else is wrong usage."""
    with pytest.raises(UsageError, match="SIZE"):
        read_size(text)


def test_numbers_and_sizes_are_read() -> None:
    """One number stands for both sides, or for all channels."""
    assert (read_size("224"), read_size("224x320"), read_size("")) == ((224, 224), (224, 320), (0, 0))
    assert (read_numbers("MEAN", "0.5, 1,2"), read_numbers("MEAN", "")) == ((0.5, 1.0, 2.0), ())
    assert (read_resize("stretch"), read_resize("256")) == (("stretch", 0), ("crop", 256))
    with pytest.raises(UsageError, match="RESIZE"):
        read_resize("0.875")
    for text in ("a", "1,,2", "nan", "inf"):
        with pytest.raises(UsageError, match="MEAN"):
            read_numbers("MEAN", text)
