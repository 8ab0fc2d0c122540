"""The whole acceptance suite against the app with models and golden sets of any size."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from classifier.app import create_app
from classifier.config import Config

# pytester removes the modules that a run imports first, and a second import of the cookie modules fails.
from e2e import api_client, endpoint  # noqa: F401
from network_sets import write_golden
from networks import write_model

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "tests" / "e2e" / "acceptance"


class QuietHandler(WSGIRequestHandler):
    """Keeps connections alive and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *words: object) -> None:
        """Log nothing."""


@contextmanager
def served(model: Path) -> Iterator[str]:
    """Serve the app with a model on a loopback port; the value is its URL."""
    server = make_server(
        "127.0.0.1", 0, create_app(Config(model)), threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def outcomes(tmp_path: Path, pytester: pytest.Pytester) -> Callable[[int, str, int], dict[str, int]]:
    """A function that runs the suite with a generated model and golden set, and returns pytest's counts."""

    def run(classes: int, channels: str, photos: int) -> dict[str, int]:
        write_model(tmp_path / "model", classes, channels=channels)
        step = classes // photos
        write_golden(tmp_path / "golden", classes, channels, range(0, photos * step, step))
        words = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
        words += ["--golden", str(tmp_path / "golden"), "--report", str(pytester.path / "report.json")]
        with served(tmp_path / "model") as url:
            found = pytester.runpytest_inprocess(SUITE, *words, "--url", url, "--expect", "1.0.0")
        return found.parseoutcomes()

    return run


@pytest.mark.parametrize(
    ("classes", "channels", "photos"),
    [(2, "GRAY", 1), (3, "BGR", 1), (4, "RGB", 4), (20_000, "RGB", 40)],
)
def test_the_suite_passes_with_any_number_of_classes_and_photos(
    outcomes: Callable[[int, str, int], dict[str, int]], classes: int, channels: str, photos: int
) -> None:
    """Nothing in the suite assumes three or five classes, or a golden set that fits into one request."""
    found = outcomes(classes, channels, photos)
    assert (found.pop("skipped"), list(found)) == (1, ["passed"])


@pytest.mark.parametrize(("route", "count"), [("score", 2), ("score", 4), ("predict", 4), ("predict", 6)])
def test_an_app_that_returns_another_number_of_labels_fails(
    outcomes: Callable[[int, str, int], dict[str, int]],
    monkeypatch: pytest.MonkeyPatch,
    route: str,
    count: int,
) -> None:
    """Fewer than three and five are right only if the model has no more classes."""
    monkeypatch.setattr(sys.modules[f"classifier.routes.{route}"], "TOP", count)
    assert outcomes(8, "RGB", 1)["failed"] == 1
