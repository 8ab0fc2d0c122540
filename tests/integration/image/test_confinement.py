"""Restrictions of the container and contents of the image."""

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


def test_process_runs_unprivileged(app: AppContainer) -> None:
    """Process 1 has user and group 10001, no capabilities, and cannot gain privileges."""
    code, status = app.run_inside("cat", "/proc/1/status")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert code == 0
    assert set(fields["Uid"].split()) == set(fields["Gid"].split()) == {"10001"}
    assert {int(fields[f"Cap{kind}"].strip(), 16) for kind in ("Eff", "Prm", "Bnd")} == {0}
    assert fields["NoNewPrivs"].strip() == "1"


def test_file_system_is_read_only(app: AppContainer) -> None:
    """The directories of the image are not writable in the container."""
    script = 'for dir; do touch "$dir/written" 2>/dev/null && echo "$dir"; done; true'
    directories = ("/app/code", "/app/model", "/app/lib", "/etc", "/usr/bin", "/root")
    assert app.run_inside("sh", "-c", script, "sh", *directories) == (0, "")


def test_app_files_are_owned_by_root_and_not_writable(app: AppContainer) -> None:
    """Root owns all files of the app, so that its user cannot change them even on a writable root."""
    code, found = app.run_inside(
        "find", "/app", "(", "-writable", "-o", "-not", "-user", "0", ")", "-not", "-type", "l"
    )
    assert (code, found) == (0, "")


def test_image_contains_no_pipeline_or_tools(app: AppContainer) -> None:
    """The image contains no pipeline, installer, test tool or cloud client."""
    script = (
        "import sys; from importlib.util import find_spec; print([n for n in sys.argv[1:] if find_spec(n)])"
    )
    assert app.run_inside("python3", "-c", script, *FOREIGN) == (0, "[]\n")


def test_libraries_have_no_tests_and_code_is_compiled(app: AppContainer) -> None:
    """The libraries contain no tests, and the code is compiled."""
    assert app.run_inside("find", "/app", "-type", "d", "-name", "tests") == (0, "")
    assert (
        "__pycache__/app.cpython-313.pyc"
        in app.run_inside("find", "/app/code/classifier", "-name", "*.pyc")[1]
    )


def test_telemetry_is_disabled(engine: Any, image: str) -> None:
    """The image disables the telemetry of onnxruntime."""
    assert "ORT_DISABLE_TELEMETRY=1" in engine.images.get(image).attrs["Config"]["Env"]


def test_file_system_contains_no_known_secret(engine: Any, app: AppContainer, workspace: Workspace) -> None:
    """The file system contains no credential of this instance."""
    secrets = known_secrets(load(workspace), os.environ)
    assert not any(secret in window for window in windows(app) for secret in secrets)


def test_secret_search_finds_existing_text(app: AppContainer) -> None:
    """The search of the previous test finds a text that the image contains."""
    assert any(b"serves an image classifier over HTTP" in window for window in windows(app))


def windows(app: AppContainer) -> Iterator[bytes]:
    """Yield the container's file system in chunks that overlap by `LONGEST_SECRET` bytes."""
    end = b""
    for chunk in app.get_wrapped_container().export(chunk_size=4 << 20):
        yield end + chunk
        end = chunk[-LONGEST_SECRET:]
