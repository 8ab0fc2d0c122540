# ruff: noqa: ARG002
"""The load generator against a real HTTP server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from prediction_server import Behaviour, Load, cat_photo
from seatrial.analysis.load import MAX_PHOTOS, LoadGenerator, LoadPlan
from seatrial.http_client import HttpResponse
from seatrial.runtime import SystemRuntime, Workers
from seatrial.wait import until

# Seconds: longer than any test waits for a response.
HANGS = 5


def test_correct_predictions_have_no_failure(load: Load) -> None:
    """Correct responses of the expected release are neither failed nor wrong."""
    result = load()
    assert (result.failures, result.wrong, result.total) == ((), (), 25)
    assert result.probabilities == {"cat.jpg": (0.9,) * 25}


def test_a_wrong_label_is_reported(load: Load, behaviour: Behaviour) -> None:
    """A wrong label is wrong, and its photo and release are named."""
    behaviour.label = "dog"
    assert load(requests=1).wrong == ("cat.jpg: dog instead of cat (release trial-1)",)


def test_another_release_is_reported(load: Load, behaviour: Behaviour) -> None:
    """A response of another release than the expected one is wrong."""
    behaviour.release = "trial-0"
    assert load(requests=1).wrong == ("response of trial-0 instead of trial-1",)


def test_an_error_status_is_a_failure(load: Load, behaviour: Behaviour) -> None:
    """A status of 500 is a failed request."""
    behaviour.status = 500
    assert load(requests=1).failures == ("status 500",)


def test_no_response_is_a_failure(tmp_path: Path) -> None:
    """A refused connection is a failed request."""
    result = Load("http://127.0.0.1:1", cat_photo(tmp_path))(requests=3)
    assert len(result.failures) == 3
    assert result.milliseconds == ()


def test_requests_in_flight_are_measured(load: Load, behaviour: Behaviour) -> None:
    """The result has the time that unanswered requests have been waiting; stopping does not wait."""
    behaviour.delay = HANGS
    generator = LoadGenerator(load.plan(requests=8))
    with generator:
        until("requests in flight", lambda: generator.result().in_flight_milliseconds or None, HANGS)
        generator.stop(drain=False)
    assert generator.result().total == 0


def test_every_request_has_a_sample(load: Load, behaviour: Behaviour) -> None:
    """Each request is a sample; a wrong one has the reason."""
    behaviour.label = "dog"
    generator = load.generate(load.plan())
    assert {(s.status, s.release, s.ok) for s in generator.samples} == {(200, "trial-1", False)}
    assert len(generator.samples) == 25
    assert "dog instead of cat" in generator.samples[0].why


def test_the_host_header_is_sent_only_if_it_is_given(tmp_path: Path) -> None:
    """A plan without a host leaves the header to the client."""
    photo = cat_photo(tmp_path)
    assert "Host" not in LoadPlan("http://127.0.0.1:1", [photo], 1).headers
    assert LoadPlan("http://127.0.0.1:1", [photo], 1, host="a.test").headers["Host"] == "a.test"


@pytest.mark.parametrize(
    "best",
    [
        '{"label": "cat", "probability": ' + "9" * 400 + "}",
        '{"label": "cat", "probability": NaN}',
        "[" * 5000,
    ],
    ids=["overflow", "NaN", "nested"],
)
def test_every_response_is_counted(tmp_path: Path, best: str) -> None:
    """A response whose JSON cannot be read is a failed request; no request vanishes."""
    load = LoadGenerator(LoadPlan("http://a.test", [cat_photo(tmp_path)], 200, limit=3), OneBody(best))
    with load:
        until("the requests", lambda: True if len(load.samples) == 3 else None, HANGS, every=0.02)
    assert (len(load.result().failures), load.result().milliseconds) == (3, ())


def test_a_label_that_is_not_text_is_wrong(tmp_path: Path) -> None:
    """The number 7 is not the label `7`."""
    photo = replace(cat_photo(tmp_path), label="7")
    load = LoadGenerator(
        LoadPlan("http://a.test", [photo], 200, limit=1), OneBody('{"label": 7, "probability": 1}')
    )
    with load:
        until("the request", lambda: load.samples or None, HANGS, every=0.02)
    assert load.result().wrong == ("cat.jpg: 7 instead of 7 (release unknown)",)


def test_draining_has_a_deadline(load: Load, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that is not complete by then is a failed request."""
    monkeypatch.setattr("seatrial.analysis.load.DRAIN_SECONDS", 0.2)
    behaviour.delay = HANGS
    generator = LoadGenerator(load.plan(requests=2))
    with generator:
        until("requests in flight", lambda: generator.result().in_flight_milliseconds or None, HANGS)
    assert "no complete response within 0.2 s" in generator.result().failures


def test_an_error_of_the_load_itself_is_raised(load: Load) -> None:
    """A load that could not send its requests does not pass for one that did."""

    class Broken(SystemRuntime):
        def workers(self, count: int) -> AbstractContextManager[Workers]:
            raise RuntimeError("can't start new thread")

    generator = LoadGenerator(load.plan(), runtime=Broken())
    with pytest.raises(RuntimeError, match="new thread"), generator:
        pass


@dataclass(frozen=True)
class OneBody:
    """An HttpClient whose responses have one prediction, given as text."""

    best: str

    def request(
        self, method: str, url: str, *, timeout: float, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> HttpResponse:
        """Return the response."""
        return HttpResponse(200, {}, ('{"predictions": [' + self.best + "]}").encode())


def test_a_large_golden_set_is_not_held_in_memory(tmp_path: Path) -> None:
    """The load reads its first MAX_PHOTOS photos only; the others need not even exist."""
    photo = cat_photo(tmp_path)
    missing = replace(photo, path=tmp_path / "missing.jpg")
    LoadGenerator(LoadPlan("http://unused", [*[photo] * MAX_PHOTOS, *[missing] * 1000], 1))
    with pytest.raises(FileNotFoundError):
        LoadGenerator(LoadPlan("http://unused", [photo, missing], 1))
