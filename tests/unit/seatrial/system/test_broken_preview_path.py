"""The path through the API server: what breaks it, and what is tried again."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from seatrial.http_client import NoResponseError
from seatrial.kube.protocol import FORBIDDEN, ClusterError, Manifest, UnreachableError
from seatrial.release.preview_path import PreviewPathError
from seatrial.wait import until
from unit.seatrial.system.conftest import Preview, connect, get, read


def failure_after_a_request(preview: Preview) -> PreviewPathError:
    """Return the path's failure after a request that got no response."""
    with pytest.raises(NoResponseError):
        get(preview)
    return until("the failure", preview.path.failure, 5, every=0.01)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_refused_port_forward_is_tried_again(preview: Preview, status: int) -> None:
    """A connection that the API server refuses twice is opened at the third attempt."""
    preview.api.statuses = [status, status]
    assert get(preview).ok
    assert preview.path.failure() is None


def test_a_port_forward_that_stays_refused_is_a_failure_of_the_path(preview: Preview) -> None:
    """The message has the status and the API server's reason, and no token."""
    preview.api.statuses = [500] * 10
    failure = failure_after_a_request(preview)
    assert "refused the port-forward to pod a (500): refused with 500" in failure.message
    assert not failure.permanent
    assert "secret-token" not in failure.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_permission_is_permanent(preview: Preview, status: int) -> None:
    """Without the permission another attempt is of no use; the hint is `bootstrap`."""
    preview.api.statuses = [status] * 10
    failure = failure_after_a_request(preview)
    assert failure.permanent
    assert "make bootstrap" in failure.hint


@pytest.mark.parametrize(
    ("error", "permanent"),
    [(UnreachableError("no response"), False), (ClusterError("forbidden", FORBIDDEN), True)],
)
def test_pods_that_cannot_be_listed_are_a_failure_of_the_path(
    preview: Preview, monkeypatch: pytest.MonkeyPatch, error: Exception, *, permanent: bool
) -> None:
    """The API server may be away before there is any connection."""

    def fail(*_: object, **__: object) -> list[Manifest]:
        raise error

    monkeypatch.setattr(preview.cluster, "list", fail)
    failure = failure_after_a_request(preview)
    assert (failure.message, failure.permanent) == (str(error), permanent)


def _cut(preview: Preview) -> None:
    preview.api.fault = "cut"


def _silent(preview: Preview) -> None:
    preview.api.fault = "silent"


def _error(preview: Preview) -> None:
    preview.api.error = "error forwarding port 8080 to pod 60233bb5: network namespace is closed"


@pytest.mark.parametrize(
    ("break_path", "message"),
    [
        (_cut, "the connection to pod a was lost"),
        (_silent, "the connection to pod a was lost (no response to a ping"),
        (_error, "port-forward to pod a: error forwarding port 8080"),
    ],
)
def test_a_path_that_breaks_during_a_request_is_a_failure(
    preview: Preview, break_path: Callable[[Preview], None], message: str
) -> None:
    """A connection that is cut, is silent, or ends with an error that is not the pod's."""
    break_path(preview)
    assert message in failure_after_a_request(preview).message


def test_pods_that_were_deleted_are_a_failure_of_the_path_until_new_ones_are_ready(preview: Preview) -> None:
    """The pod that replaces a deleted one is not ready at once, and that is not the image's fault."""
    assert get(preview).ok
    preview.cluster.delete("Pod", "a", "trial")
    preview.add("b", ready=False)
    assert failure_after_a_request(preview).message == "pod a was deleted during the preview"
    preview.add("b")
    assert get(preview).ok


def test_a_pod_that_is_deleted_during_a_request_is_a_failure_of_the_path(preview: Preview) -> None:
    """A pod that is deleted with its node also ends its connections, and that is not the image's fault."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        preview.api.target = server.getsockname()[1]
        with connect(preview) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            accepted, _ = server.accept()
            read(accepted, 18)
            preview.cluster.delete("Pod", "a", "trial")
            accepted.close()
            assert client.recv(1) == b""
        failure = until("the failure", preview.path.failure, 5, every=0.01)
    assert failure.message == "pod a was deleted during the preview"
