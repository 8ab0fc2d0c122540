"""The requests in the bytes of a connection."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from classifier.server.messages import Request
from classifier.server.parsing import RequestParser
from classifier.server.refusal import RefusalError

Found = list[tuple[str, bytes, list[tuple[bytes, bytes]], bytes]]
PARTS = (
    b"GET / HTTP/1.1\r\n",
    b"POST /predict?top=1 HTTP/1.1\r\n",
    b"POST / HTTP/1.0\r\n",
    b"Host: app\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: upgrade\r\nUpgrade: h2c\r\n",
    b"Expect: 100-continue\r\n",
    b"X-Long: " + b"a" * 40 + b"\r\n",
    b"\r\n",
    b"3\r\nabc\r\n",
    b"0\r\n\r\n",
    b"0\r\nX-Trailer: 1\r\n\r\n",
    b"abc",
    b"\n",
    b"\0",
    b"\xff",
)


def parse(data: bytes, cuts: list[int]) -> tuple[Found, int]:
    """Feed `data`, divided at `cuts`; return the requests, and the status of the refusal or 0."""
    found: Found = []

    def add(request: Request) -> None:
        found.append((request.method, request.target, request.headers, bytes(request.body)))

    parser = RequestParser(lambda _request: None, lambda _size: None, add)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    try:
        for start, end in pairwise(places):
            parser.feed(data[start:end])
    except RefusalError as refusal:
        return found, refusal.status
    return found, 0


@given(st.lists(st.sampled_from(PARTS), max_size=20), st.lists(st.integers(0, 2000), max_size=8))
def test_division_of_the_bytes_does_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    """Any bytes give requests or a refusal, and the same ones however the network divides them."""
    data = b"".join(parts)
    assert parse(data, cuts) == parse(data, []) == parse(data, list(range(len(data))))


@given(st.binary(max_size=200))
def test_any_bytes_are_requests_or_refused(data: bytes) -> None:
    """Bytes that are not a request give nothing but a refusal."""
    found, status = parse(b"GET / HTTP/1.1\r\nHost: app\r\n\r\n" + data, [])
    assert found[0][:2] == ("GET", b"/")
    assert status in {0, 400, 505, 501, 417, 431, 414}
