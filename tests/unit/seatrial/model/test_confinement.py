"""What the code of a model can do in the subprocess that runs it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seatrial.errors import OutsideError
from seatrial.model.inference.alone import start_alone
from seatrial.model.inference.confinement import FILE_BYTES
from unit.seatrial.model import hostile_process

ATTEMPTS = [name for name in vars(hostile_process.Attempts) if not name.startswith("_")]
# Popen closes descriptors; some systems and containers refuse the others to every process.
REFUSED_ANYWAY = {"read_an_inherited_descriptor", "read_the_memory_of_the_parent", "create_an_io_uring"}


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A model, a secret file and variable, servers on this machine, and an open descriptor."""
    folder = tmp_path_factory.mktemp("targets")
    (folder / "model").mkdir()
    (folder / "model" / "labels.txt").write_text("red\n")
    (folder / "secret").write_text("hush")
    descriptor = os.open(folder / "secret", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(folder / "socket"))
        local.listen()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CI_SECRET_TOKEN", "hush")
            yield {
                "folder": str(folder),
                "port": server.getsockname()[1],
                "unix_socket": str(folder / "socket"),
                "descriptor": descriptor,
            }
    os.close(descriptor)


def attack(targets: dict[str, Any], folder: Path, *, confined: bool = True, **more: Any) -> dict[str, Any]:
    """Run the hostile process as a model's subprocess is run, and return its report."""
    given = json.dumps({**targets, "confined": confined, **more})
    start_alone([hostile_process.__file__, given], folder / "output", 60)
    report: dict[str, Any] = json.loads((folder / "output").read_text().splitlines()[0])
    return report


@pytest.fixture(scope="module")
def confined(targets: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a confined process."""
    return attack(targets, tmp_path_factory.mktemp("confined"))


@pytest.fixture(scope="module")
def unconfined(targets: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of the same process without confinement, but in its own environment."""
    return attack(targets, tmp_path_factory.mktemp("unconfined"), confined=False)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_attempt_is_refused(confined: dict[str, Any], attempt: str) -> None:
    """A confined process cannot do it."""
    assert confined[attempt].startswith("refused: ")


@pytest.mark.parametrize("attempt", sorted({*ATTEMPTS} - REFUSED_ANYWAY))
def test_the_attempt_succeeds_without_confinement(unconfined: dict[str, Any], attempt: str) -> None:
    """The attempt is a real one: only the confinement refuses it."""
    assert unconfined[attempt] == "succeeded"


def test_the_confinement_is_complete_here(confined: dict[str, Any]) -> None:
    """No part of it is missing on the machines that run these tests."""
    assert confined["confinement"] == {"network": "", "files": ""}


def test_the_environment_has_no_secret(confined: dict[str, Any], unconfined: dict[str, Any]) -> None:
    """The process gets what Python needs, and no variable of the pipeline, confined or not."""
    allowed = {"HOME", "TMPDIR", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"}
    assert {*confined["environment"], *unconfined["environment"]} <= allowed


def test_the_process_has_no_privileges(confined: dict[str, Any]) -> None:
    """It has no capability, cannot gain one, and leaves no core dump."""
    fields = dict(line.split(":\t", 1) for line in confined["status"].splitlines())
    assert {fields[f"Cap{kind}"].strip("0") for kind in ("Inh", "Prm", "Eff", "Amb")} == {""}
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    assert confined["core"] == [0, 0]


def test_threads_can_be_started(confined: dict[str, Any]) -> None:
    """The libraries that run a model start threads."""
    assert confined["thread"] == "started"


def test_the_output_is_limited(targets: dict[str, Any], tmp_path: Path) -> None:
    """A process that prints without end fails at the size limit of a file, and fills no memory."""
    with pytest.raises(OutsideError, match="exited with 1") as caught:
        attack(targets, tmp_path, output_bytes=FILE_BYTES)
    assert "File too large" in caught.value.log
    assert (tmp_path / "output").stat().st_size == FILE_BYTES


def test_the_processor_time_is_limited(tmp_path: Path) -> None:
    """The kernel ends a process that computes without end, whatever its deadline."""
    code = "from seatrial.model.inference.confinement import confine\nconfine([], 1)\nwhile True:\n    pass\n"
    with pytest.raises(OutsideError, match=r"was ended by SIG(XCPU|KILL)"):
        start_alone(["-c", code], tmp_path / "output", 60)


def test_the_working_directory_is_empty_and_removed_with_the_output(tmp_path: Path) -> None:
    """It is a directory of its own, beside the output."""
    start_alone(["-c", "import os; print(os.getcwd(), os.listdir())"], tmp_path / "output", 60)
    assert (tmp_path / "output").read_text() == f"{tmp_path / 'empty'} []\n"
