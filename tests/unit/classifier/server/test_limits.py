"""Requests that the server refuses, and those that it accepts although they are unusual."""

from __future__ import annotations

import gzip
import json

import pytest
import requests

from app_process import AppProcess, status_of
from colours import photo

POST = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Type: image/jpeg\r\n"
GET = b"GET / HTTP/1.1\r\nHost: app\r\n"
REFUSED = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "method": (b"BREW / HTTP/1.1\r\nHost: app\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "invalid URL": (b"GET http://[::1 HTTP/1.1\r\nHost: app\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (GET + b"Host: other\r\n\r\n", 400),
    "length and chunks": (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks and length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
    "list of lengths": (POST + b"Content-Length: 5, 5\r\n\r\nabcde", 400),
    "negative length": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "signed length": (POST + b"Content-Length: +5\r\n\r\nabcde", 400),
    "space before colon": (GET + b"Content-Length : 5\r\n\r\nabcde", 400),
    "folded header": (GET + b"X: a\r\n b\r\n\r\n", 400),
    "bare line feed": (b"GET / HTTP/1.1\nHost: app\n\n", 400),
    "NUL": (GET + b"X: a\0b\r\n\r\n", 400),
    "chunk size": (POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    "tiny chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 2000, 400),
    "encoded twice": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunks in 1.0": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "expectation": (POST + b"Expect: pears\r\nContent-Length: 1\r\n\r\n", 417),
    "long URL": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: app\r\n\r\n", 414),
    "endless URL": (b"GET /" + b"a" * 200_000, 414),
    "large header": (GET + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    "endless header": (GET + b"X: " + b"a" * 200_000, 431),
    "endless trailer": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 2_000_000, 431),
    "endless chunk extension": (POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 2_000_000, 431),
    "many headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(101)) + b"\r\n", 431),
    "length": (POST + b"Content-Length: 17000000\r\n\r\n", 413),
    "length with expectation": (POST + b"Expect: 100-continue\r\nContent-Length: 17000000\r\n\r\n", 413),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_request_gets_a_problem_with_identity(server: AppProcess, name: str) -> None:
    """The response has the status, the app's form and headers, and closes the connection."""
    data, status = REFUSED[name]
    response = server.exchange(data)
    head, _, body = response.partition(b"\r\n\r\n")
    assert status_of(response) == status
    assert b"Content-Type: application/problem+json" in head
    for header in (b"X-Model-Digest: sha256:", b"X-Model-Version: ", b"X-Release: ", b"X-Request-Id: "):
        assert header in head
    assert b"Connection: close" in head
    assert json.loads(body)["status"] == status
    assert json.loads(body)["error"]


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_client_that_sends_a_large_body_gets_413(server: AppProcess, chunked: bool) -> None:
    """The rest of a refused body is read, so that a client that first sends all of it gets the response."""
    body = b"x" * (24 << 20)
    data = (body[start : start + 65536] for start in range(0, len(body), 65536)) if chunked else body
    response = requests.post(f"{server.url}/predict", data=data, timeout=30)
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"


def test_continue_is_sent_before_the_body(server: AppProcess) -> None:
    """A client that expects 100-continue gets it, and then its response."""
    data = photo("red")
    head = POST + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(data)
    with server.connect(head) as connection:
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(data)
        assert status_of(connection.makefile("rb").read()) == 200


def test_body_of_a_get_is_ignored(server: AppProcess) -> None:
    """A GET with a body gets its response, and the next request of the connection too."""
    first = GET + b"Content-Length: 5\r\n\r\nhello"
    response = server.exchange(first + GET + b"Connection: close\r\n\r\n")
    assert response.count(b"HTTP/1.1 200 OK") == 2
    assert response.count(b"Healthy") == 2


def test_pipelined_requests_are_answered_in_their_order(server: AppProcess) -> None:
    """Requests that are sent at once get their responses in order."""
    paths = [b"/livez", b"/nowhere", b"/", b"/readyz"]
    data = b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: app\r\n\r\n" for path in paths)
    response = server.exchange(data + b"GET / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
    statuses = [int(part[:3]) for part in response.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200, 200, 200]


def test_number_of_pipelined_requests_is_bounded(server: AppProcess) -> None:
    """A client that sends 1,000 requests at once gets some responses and then a closed connection."""
    response = server.exchange((GET + b"\r\n") * 1000)
    assert 16 <= response.count(b"HTTP/1.1 200 OK") <= 1000
    assert response.rpartition(b"HTTP/1.1 200 OK")[2].count(b"Connection: close") == 1


def test_error_after_a_valid_request_leaves_its_response(server: AppProcess) -> None:
    """A valid request before an invalid one gets its response first, of its own body."""
    data = photo("red")
    for valid in (GET + b"\r\n", POST + b"Content-Length: %d\r\n\r\n" % len(data) + data):
        response = server.exchange(valid + b"nonsense\r\n\r\n")
        assert [int(part[:3]) for part in response.split(b"HTTP/1.1 ")[1:]] == [200, 400]


def test_upgrade_is_ignored(server: AppProcess) -> None:
    """A request to upgrade to HTTP/2 is answered in HTTP/1.1, and the next one too."""
    upgrade = GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    response = server.exchange(upgrade + GET + b"Connection: close\r\n\r\n")
    assert response.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("kept", [False, True])
def test_http_1_0_is_kept_alive_if_asked(server: AppProcess, kept: bool) -> None:
    """HTTP/1.0 closes the connection after the response, unless the client asks to keep it."""
    request = b"GET / HTTP/1.0\r\n" + (b"Connection: keep-alive\r\n" if kept else b"") + b"\r\n"
    response = server.exchange(request + b"GET / HTTP/1.0\r\n\r\n" if kept else request)
    assert response.count(b"HTTP/1.1 200 OK") == (2 if kept else 1)


def test_gzip_body_is_decoded(server: AppProcess) -> None:
    """A photo in a gzip body is classified."""
    headers = {"Content-Type": "image/jpeg", "Content-Encoding": "gzip"}
    data = gzip.compress(photo("red"))
    response = requests.post(f"{server.url}/predict", data=data, headers=headers, timeout=30)
    assert response.json()["predictions"][0]["label"] == "red"


def test_deep_json_is_refused(server: AppProcess) -> None:
    """A JSON body of 100,000 levels gets 400."""
    headers = {"Content-Type": "application/json"}
    for body in ("[" * 100_000, json.dumps({"input": "[" * 100_000})):
        response = requests.post(f"{server.url}/score", data=body, headers=headers, timeout=30)
        assert response.status_code == 400


def test_target_may_be_a_whole_url(server: AppProcess) -> None:
    """A request as to a proxy is answered, as RFC 9112 demands."""
    response = server.exchange(b"GET http://app/livez?x=1 HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
    assert status_of(response) == 200


def test_head_has_the_length_of_get_and_no_body(server: AppProcess) -> None:
    """HEAD returns the headers of GET."""
    response = server.exchange(b"HEAD / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 7\r\n" in response
    assert response.endswith(b"\r\n\r\n")


def test_ipv6_is_served(server: AppProcess) -> None:
    """Both ports listen on IPv6 too."""
    for port in (server.port, server.admin_port):
        assert requests.get(f"http://[::1]:{port}/livez", timeout=30).status_code == 200


@pytest.mark.parametrize("method", [b"POST", b"CONNECT"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_body_of_a_request_to_upgrade_is_not_a_request(
    server: AppProcess, method: bytes, chunked: bool
) -> None:
    """A request that is sent as the body of one to upgrade is data: it gets no response of its own."""
    body = GET + b"\r\n"
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    data = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    head = b"%b app:80 HTTP/1.1\r\n" % method if method == b"CONNECT" else b"POST /predict HTTP/1.1\r\n"
    upgrade = b"Host: app\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Type: image/jpeg\r\n"
    last = b"GET /livez HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n"
    response = server.exchange(head + upgrade + framing + b"\r\n\r\n" + data + last)
    first, second = [int(part[:3]) for part in response.split(b"HTTP/1.1 ")[1:]]
    assert (first >= 400, second) == (True, 200)
    assert b"Healthy" not in response


def test_photo_in_a_request_to_upgrade_is_classified(server: AppProcess) -> None:
    """`curl --http2` asks for HTTP/2 in the request that has the photo: it gets its answer in HTTP/1.1."""
    data = photo("red")
    upgrade = (
        POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQA\r\n"
    )
    response = server.exchange(
        upgrade + b"Content-Length: %d\r\n\r\n" % len(data) + data + GET + b"Connection: close\r\n\r\n"
    )
    assert response.count(b"HTTP/1.1 200 OK") == 2
    assert b'"label":"red"' in response.replace(b" ", b"")
