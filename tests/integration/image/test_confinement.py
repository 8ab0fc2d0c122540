"""The image is locked down: nobody special, nothing to write to, nothing that does not belong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from app_container import AppContainer
from seatrial.image.leaks import known_secrets
from seatrial.settings import load
from seatrial.workspace import Workspace

LONGEST_SECRET = 4096
FOREIGN = ("seatrial", "localcloud", "pip", "setuptools", "pytest", "docker", "kubernetes", "azure", "boto3")


def test_runs_as_nobody_special(app: AppContainer) -> None:
    """Process 1 has user and group 10001, no capability, and can gain no privilege."""
    code, status = app.run_inside("cat", "/proc/1/status")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert code == 0
    assert set(fields["Uid"].split()) == set(fields["Gid"].split()) == {"10001"}
    assert {int(fields[f"Cap{kind}"].strip(), 16) for kind in ("Eff", "Prm", "Bnd")} == {0}
    assert fields["NoNewPrivs"].strip() == "1"


def test_cannot_write(app: AppContainer) -> None:
    """Nothing of the image can be changed from inside."""
    script = 'for place; do touch "$place/written" 2>/dev/null && echo "$place"; done; true'
    places = ("/app/code", "/app/model", "/app/lib", "/etc", "/usr/bin", "/root")
    assert app.run_inside("sh", "-c", script, "sh", *places) == (0, "")


def test_files_belong_to_root_alone(app: AppContainer) -> None:
    """Even on a writable root, the app's user could change none of its files."""
    code, found = app.run_inside(
        "find", "/app", "(", "-writable", "-o", "-not", "-user", "0", ")", "-not", "-type", "l"
    )
    assert (code, found) == (0, "")


def test_only_the_app_is_inside(app: AppContainer) -> None:
    """No pipeline, no installer, no test tool: what is not there cannot be misused."""
    script = (
        "import sys; from importlib.util import find_spec; print([n for n in sys.argv[1:] if find_spec(n)])"
    )
    assert app.run_inside("python3", "-c", script, *FOREIGN) == (0, "[]\n")


def test_no_tests_and_no_sources_of_theirs(app: AppContainer) -> None:
    """The libraries come without their tests, and everything is compiled."""
    assert app.run_inside("find", "/app", "-type", "d", "-name", "tests") == (0, "")
    assert (
        "__pycache__/app.cpython-313.pyc"
        in app.run_inside("find", "/app/code/classifier", "-name", "*.pyc")[1]
    )


def test_sends_nothing_home(engine: Any, image: str) -> None:
    """The telemetry that onnxruntime comes with is off."""
    assert "ORT_DISABLE_TELEMETRY=1" in engine.images.get(image).attrs["Config"]["Env"]


def test_no_secret_of_ours_in_any_file(engine: Any, app: AppContainer, workspace: Workspace) -> None:
    """No byte of the whole file system is a credential that this instance knows."""
    secrets = known_secrets(load(workspace), os.environ)
    assert not any(secret in window for window in windows(app) for secret in secrets)


def test_search_for_secrets_finds_what_is_there(app: AppContainer) -> None:
    """The search behind the test above does find a text that the image holds."""
    assert any(b"photos in, labels out" in window for window in windows(app))


def windows(app: AppContainer) -> Iterator[bytes]:
    """Yield a container's whole file system in pieces that overlap by more than any secret is long."""
    end = b""
    for chunk in app.get_wrapped_container().export(chunk_size=4 << 20):
        yield end + chunk
        end = chunk[-LONGEST_SECRET:]
