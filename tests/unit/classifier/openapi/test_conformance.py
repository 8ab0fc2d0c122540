"""Generated requests to the app's own server process: every response is as documented."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from app_process import ROOT, app_process
from classifier.app import create_app
from classifier.config import Config
from classifier.openapi.operation import TEXT, Content, Operation, documented

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
PHASES = "examples,coverage,fuzzing"


@pytest.fixture(scope="module")
def url(model_dir: Path) -> Iterator[str]:
    """The URL of the app in its own server process."""
    limits = {"APP_MAX_IMAGES": "4", "APP_MAX_BODY_BYTES": "200000", "APP_WORKERS": "1"}
    with app_process(model_dir, **limits) as url:
        yield url


def schemathesis(url: str, folder: Path, examples: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Send generated requests to every operation, with all checks of Schemathesis.

    The requests are the same in each run, unless `FUZZ_EXAMPLES` is set.
    """
    given = ["--checks", "all", "--phases", PHASES, "--max-examples", examples, "--no-color"]
    if "FUZZ_EXAMPLES" not in os.environ:
        given += ["--seed", "1", "--generation-database", "none"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("src", "tests")),
        "SCHEMATHESIS_HOOKS": "unit.classifier.openapi.request_strategies",
    }
    words = [str(PROGRAM), "--config-file", str(CONFIG), "run", f"{url}/openapi.json", *given, *options]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_response_is_as_documented(url: str, tmp_path: Path) -> None:
    """No response is a 5xx; status, media type, headers and body of each are in the document."""
    done = schemathesis(url, tmp_path, os.environ.get("FUZZ_EXAMPLES", "25"))
    assert done.returncode == 0, done.stdout + done.stderr


def status_that_is_not_documented() -> Response:
    """Return 418."""
    return Response("short and stout", 418, mimetype="text/plain")


def media_type_that_is_not_documented() -> Response:
    """Return HTML."""
    return Response("<p>ok</p>", mimetype="text/html")


def server_error() -> Response:
    """Raise an error."""
    raise RuntimeError("planted")


@pytest.mark.parametrize(
    ("view", "reported"),
    [
        (status_that_is_not_documented, "Undocumented status code"),
        (media_type_that_is_not_documented, "Undocumented Content-Type"),
        (server_error, "Server error"),
    ],
)
def test_an_undocumented_response_is_reported(
    config: Config, tmp_path: Path, view: object, reported: str
) -> None:
    """A planted route that does not answer as documented fails the test above."""
    app = create_app(config)
    plain = Operation(tag="planted", response={"text/plain": Content(TEXT)})
    app.get("/planted")(documented(plain)(view))
    with serving(app) as url:
        done = schemathesis(url, tmp_path, "1", "--include-path", "/planted")
    assert done.returncode == 1
    assert "GET /planted" in done.stdout
    assert reported in done.stdout


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an app on a loopback port; the value is its URL."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
