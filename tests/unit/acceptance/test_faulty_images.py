"""The program inside the faulty images: each behaviour, and its start after the switch."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, get_args

import pytest

from e2e.release import faulty_images
from e2e.release.faulty_images import ImageFault, faulty_image

HOST = "trial.test"
PREDICTIONS = [{"label": "cat", "probability": 0.8}, {"label": "dog", "probability": 0.1}]
Responses = Callable[..., list[tuple[str, Any]]]


class BuildContext:
    """Takes the place of ImageFactory and keeps the files of the build context."""

    files: dict[str, bytes]

    def build(self, files: dict[str, bytes], *_lines: str) -> str:
        """Keep the files."""
        self.files = files
        return "image"


@pytest.fixture
def responses(monkeypatch: pytest.MonkeyPatch) -> Responses:
    """Return the responses of a behaviour to a number of requests, as (status, body)."""
    monkeypatch.setitem(sys.modules, "classifier.wsgi", _working_app())
    monkeypatch.setenv("SEATRIAL_RELEASE", "trial-1")
    monkeypatch.setattr(faulty_images, "SLOW_SECONDS", 0)

    def send(
        behaviour: ImageFault, number: int, path: str = "/predict", host: str = HOST
    ) -> list[tuple[str, Any]]:
        context, namespace = BuildContext(), dict[str, Any]()
        faulty_image(context, behaviour, HOST)  # type: ignore[arg-type]
        exec(context.files["faulty.py"], namespace)
        app = namespace["application"]()
        return [_call(app, path, host) for _ in range(number)]

    return send


def test_errors_are_a_tenth(responses: Responses) -> None:
    """`errors` fails each tenth prediction."""
    statuses = [status for status, _ in responses("errors", 20)]
    assert [number for number, status in enumerate(statuses, 1) if status.startswith("500")] == [10, 20]


def test_never_ready_fails_its_probe_alone(responses: Responses) -> None:
    """`never ready` fails the readiness probe and predicts."""
    assert responses("never ready", 1, "/readyz")[0][0].startswith("503")
    assert responses("never ready", 1) == [("200 OK", PREDICTIONS)]


def test_less_confident_keeps_the_label(responses: Responses) -> None:
    """`less confident` lowers each probability by a tenth."""
    ((_, predictions),) = responses("less confident", 1)
    assert predictions[0] == {"label": "cat", "probability": pytest.approx(0.72)}


@pytest.mark.parametrize("behaviour", ["wrong after the switch", "errors after the switch"])
def test_a_behaviour_starts_after_the_switch(responses: Responses, behaviour: ImageFault) -> None:
    """The first ten requests by the live name get the right response, the next ones do not."""
    found = responses(behaviour, 12)
    assert found[:10] == [("200 OK", PREDICTIONS)] * 10
    assert all(response != ("200 OK", PREDICTIONS) for response in found[10:])


@pytest.mark.parametrize("behaviour", [each for each in get_args(ImageFault) if "after" in each])
def test_a_preview_sees_no_behaviour_of_after_the_switch(responses: Responses, behaviour: ImageFault) -> None:
    """Requests by address get the right response, however many there are."""
    assert responses(behaviour, 12, host="127.0.0.9") == [("200 OK", PREDICTIONS)] * 12


def _working_app() -> ModuleType:
    module = ModuleType("classifier.wsgi")

    def application() -> Callable[..., Iterator[bytes]]:
        def app(environ: dict[str, str], start_response: Callable[..., None]) -> Iterator[bytes]:
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "1")])
            return iter([json.dumps({"predictions": PREDICTIONS}).encode()])

        return app

    module.application = application  # type: ignore[attr-defined]
    return module


def _call(app: Callable[..., Any], path: str, host: str) -> tuple[str, Any]:
    found: list[str] = []
    environ = {"PATH_INFO": path, "HTTP_HOST": f"{host}:80"}
    body = b"".join(app(environ, lambda status, *_rest: found.append(status)))
    return found[0], json.loads(body)["predictions"] if body else None
