"""The path through the API server: what passes, and what is the candidate's failure."""

from __future__ import annotations

import socket

import pytest

from seatrial.http_client import NewConnections, NoResponseError
from unit.seatrial.system.conftest import Preview, connect, get, read

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
BODY = bytes(range(256)) * 4096


def test_a_response_comes_from_the_pod(preview: Preview) -> None:
    """A request reaches the pod's HTTP port by a port-forward, with the kubeconfig's token."""
    response = get(preview)
    assert (response.status, response.headers["X-Release"]) == (200, "trial-1")
    assert preview.api.paths == ["/api/v1/namespaces/trial/pods/a/portforward?ports=8080"]
    assert preview.api.tokens == ["Bearer secret-token"]
    assert preview.path.failure() is None


def test_bytes_pass_unchanged(preview: Preview) -> None:
    """A megabyte comes back from a server that returns what it receives, in both directions at once."""
    with socket.create_server(("127.0.0.1", 0)) as echo:
        preview.api.target = echo.getsockname()[1]
        with connect(preview) as client:
            accepted, _ = echo.accept()
            with accepted:
                received = [
                    _exchange(client, accepted, BODY[i : i + 65536]) for i in range(0, len(BODY), 65536)
                ]
    assert b"".join(received) == BODY


def _exchange(client: socket.socket, server: socket.socket, data: bytes) -> bytes:
    client.sendall(data)
    server.sendall(read(server, len(data)))
    return read(client, len(data))


def test_connections_use_the_ready_pods_in_turn(preview: Preview) -> None:
    """Pods that are not ready, are being deleted or belong to another release get no connection."""
    preview.add("b")
    preview.add("unready", ready=False)
    preview.add("deleted", deletionTimestamp="2026-01-02T03:04:05Z")
    for _ in range(4):
        get(preview)
    assert sorted(path.split("/")[6] for path in preview.api.paths) == ["a", "a", "b", "b"]


@pytest.mark.parametrize("answer", ["nothing", "reset"])
def test_a_candidate_that_ends_a_connection_is_not_a_failure_of_the_path(
    preview: Preview, answer: str
) -> None:
    """The end without a response and the reset of a connection are the candidate's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        preview.api.target = server.getsockname()[1]
        with connect(preview) as client:
            client.sendall(REQUEST)
            accepted, _ = server.accept()
            # Bytes that are not read make the close a reset.
            read(accepted, len(REQUEST) - (1 if answer == "reset" else 0))
            accepted.close()
            assert client.recv(1) == b""
    assert preview.path.failure() is None


def test_an_error_status_and_a_refused_port_are_not_failures_of_the_path(preview: Preview) -> None:
    """They are the candidate's."""
    preview.behaviour.status = 500
    assert get(preview).status == 500
    with socket.create_server(("127.0.0.1", 0)) as server:
        preview.api.target = server.getsockname()[1]
    # Nothing listens on that port now.
    with pytest.raises(NoResponseError):
        get(preview)
    assert preview.path.failure() is None


@pytest.mark.parametrize(("restarts", "ready"), [(1, "True"), (0, "False"), (0, "True")])
def test_a_pod_that_crashes_during_a_request_is_not_a_failure_of_the_path(
    preview: Preview, restarts: int, ready: str
) -> None:
    """Some of its connections look lost. It has restarted, is not ready, or refuses another connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        preview.api.target, preview.api.fault = server.getsockname()[1], "cut"
        with connect(preview) as client, server.accept()[0]:
            if not restarts and ready == "True":
                server.close()
            status = preview.cluster.objects["Pod", "a"]["status"]
            status["containerStatuses"] = [{"restartCount": restarts}]
            status["conditions"][0]["status"] = ready
            client.sendall(REQUEST)
            assert client.recv(1) == b""
    assert preview.path.failure() is None


def test_a_candidate_without_a_ready_pod_is_not_a_failure_of_the_path(preview: Preview) -> None:
    """A Service without endpoints would not respond either."""
    preview.add("a", ready=False)
    with pytest.raises(NoResponseError):
        get(preview)
    assert preview.path.failure() is None


def test_a_slow_candidate_is_not_a_failure_of_the_path(preview: Preview) -> None:
    """While the candidate takes longer than the limit of the path, the path answers pings."""
    preview.behaviour.delay = 1.0
    response = NewConnections().request("POST", f"{preview.path.url}/predict", timeout=10, body=b"photo")
    assert response.ok
    assert preview.path.failure() is None


def test_an_idle_connection_ends(preview: Preview) -> None:
    """A client must not send a second request on a connection whose end has not arrived yet."""
    with connect(preview) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while data := client.recv(4096):
            received += data
    assert received.startswith(b"HTTP/1.0 200")
    assert preview.path.failure() is None
