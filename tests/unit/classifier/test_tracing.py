"""W3C Trace Context in headers and log."""

from __future__ import annotations

import logging
import re

import pytest
from flask.testing import FlaskClient

from classifier.logs import REQUESTS

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADER = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def _parts(header: str) -> tuple[str, ...]:
    found = HEADER.fullmatch(header)
    assert found, header
    return found.groups()


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/score"])
@pytest.mark.parametrize("flags", ["00", "01", "03"])
def test_the_trace_of_the_caller_is_continued(client: FlaskClient, path: str, flags: str) -> None:
    """Every response has the caller's trace id and flags, with a span id of its own."""
    response = client.get(path, headers={"traceparent": f"00-{TRACE}-{PARENT}-{flags}"})
    trace_id, span_id, returned = _parts(response.headers["traceparent"])
    assert (trace_id, returned) == (TRACE, flags)
    assert span_id != PARENT


def test_a_later_version_is_continued_as_version_00(client: FlaskClient) -> None:
    """The first four fields of a later version are used; unknown flags are not passed on."""
    response = client.get("/livez", headers={"traceparent": f"cc-{TRACE}-{PARENT}-ff-what-the-future"})
    trace_id, _, flags = _parts(response.headers["traceparent"])
    assert (trace_id, flags) == (TRACE, "03")


@pytest.mark.parametrize(
    "given",
    [
        "",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-01-more",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-0x",
        f"00-{TRACE}-{PARENT}-01,00-{TRACE}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01" + "-x" * 200,
        f"cc-{TRACE}-{PARENT}-01.x",
        "<script>",
    ],
)
def test_an_invalid_header_begins_a_trace(client: FlaskClient, given: str) -> None:
    """A missing or invalid `traceparent` is replaced by a new trace, and its `tracestate` is dropped."""
    response = client.get("/livez", headers={"traceparent": given, "tracestate": "vendor=1"})
    trace_id, _, flags = _parts(response.headers["traceparent"])
    assert trace_id not in ("0" * 32, TRACE)
    assert flags == "00"
    assert "tracestate" not in response.headers


def test_tracestate_is_passed_as_it_is(client: FlaskClient) -> None:
    """`tracestate` is returned unchanged with a valid `traceparent`."""
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "congo=t61rcWkgMzE,rojo=00f0"}
    assert client.get("/livez", headers=headers).headers["tracestate"] == headers["tracestate"]


def test_each_request_has_a_span_of_its_own(client: FlaskClient) -> None:
    """Two requests without a trace have different traces and spans."""
    first, second = (_parts(client.get("/livez").headers["traceparent"]) for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_the_log_has_trace_and_span(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """The request's log line has the ids of the response."""
    with caplog.at_level(logging.INFO, logger=REQUESTS):
        response = client.get("/livez", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    (record,) = [each for each in caplog.records if each.name == REQUESTS]
    fields = record.fields  # type: ignore[attr-defined]
    assert (fields["trace_id"], fields["span_id"]) == _parts(response.headers["traceparent"])[:2]
