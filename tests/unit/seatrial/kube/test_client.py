"""The Kubernetes API client against a stub of an API server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seatrial.kube.connect import connect
from seatrial.kube.protocol import Cluster, ClusterError, UnreachableError
from stub_api_server import StubApiServer, kubeconfig
from virtual_runtime import VirtualRuntime

CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "release-1", "namespace": "trial"},
}


@pytest.fixture
def server() -> StubApiServer:
    """An API server without objects."""
    return StubApiServer()


@pytest.fixture
def connected(server: StubApiServer, tmp_path: Path, runtime: VirtualRuntime) -> Iterator[Cluster]:
    """The client of the stub, with a patience of 10 virtual seconds."""
    with server.serve() as url:
        (tmp_path / "kubeconfig").write_text(kubeconfig(url))
        yield connect(str(tmp_path / "kubeconfig"), "stub", tmp_path / "cache" / "c.json", 10, runtime)


PATH = "/api/v1/namespaces/trial/configmaps"
GET = f"GET {PATH}/release-1"


def test_an_object_is_returned_as_a_dict(connected: Cluster, server: StubApiServer) -> None:
    """`get` returns the object as in a manifest."""
    server.responses[GET] = [(200, CONFIG_MAP)]
    assert connected.get("ConfigMap", "release-1", "trial") == CONFIG_MAP


def test_a_missing_object_is_not_an_error(connected: Cluster, server: StubApiServer) -> None:
    """Status 404 is None for `get` and success for `delete`; it is not repeated."""
    assert connected.get("ConfigMap", "release-1", "trial") is None
    connected.delete("ConfigMap", "release-1", "trial")
    assert server.requests == [GET, f"DELETE {PATH}/release-1"]


def test_objects_are_listed_by_selectors(connected: Cluster, server: StubApiServer) -> None:
    """`list` sends the selectors and returns the items; no items are an empty list."""
    server.responses[f"GET {PATH}"] = [
        (200, {"kind": "List", "items": [CONFIG_MAP]}),
        (200, {"kind": "List"}),
    ]
    found = connected.list("ConfigMap", "trial", labels="a=b", fields="metadata.name=c")
    assert [each["metadata"]["name"] for each in found] == ["release-1"]
    assert server.query == {"labelSelector": "a=b", "fieldSelector": "metadata.name=c"}
    assert connected.list("ConfigMap", "trial") == []


def test_a_manifest_is_applied_server_side(connected: Cluster, server: StubApiServer) -> None:
    """`apply` names its field manager and takes over fields of others."""
    server.responses[f"PATCH {PATH}/release-1"] = [(200, CONFIG_MAP)]
    assert connected.apply(CONFIG_MAP, manager="administrator") == CONFIG_MAP
    assert server.query == {"fieldManager": "administrator", "force": "true"}
    assert server.body == CONFIG_MAP


@pytest.mark.parametrize(
    ("field", "path", "value"), [("a", "/spec/a", {"b": 1}), ("", "/spec", {"a": {"b": 1}})]
)
def test_a_field_is_replaced_by_a_json_patch(
    connected: Cluster, server: StubApiServer, field: str, path: str, value: object
) -> None:
    """`replace_field` replaces one field below `spec`, or all of `spec`."""
    server.responses[f"PATCH {PATH}/release-1"] = [(200, CONFIG_MAP)]
    connected.replace_field({**CONFIG_MAP, "spec": {"a": {"b": 1}}}, field)
    assert server.body == [{"op": "replace", "path": path, "value": value}]


def test_an_object_is_replaced(connected: Cluster, server: StubApiServer) -> None:
    """`replace` sends the whole object."""
    server.responses[f"PUT {PATH}/release-1"] = [(200, CONFIG_MAP)]
    assert connected.replace(CONFIG_MAP) == CONFIG_MAP
    assert server.body == CONFIG_MAP


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_temporary_error_is_repeated(
    connected: Cluster, server: StubApiServer, runtime: VirtualRuntime, status: int
) -> None:
    """A request that gets status 429 or 5xx is repeated within the patience."""
    server.responses[GET] = [(status, {"message": "overloaded"}), (200, CONFIG_MAP)]
    assert connected.get("ConfigMap", "release-1", "trial") == CONFIG_MAP
    assert server.requests == [GET, GET]
    assert 0 < runtime.monotonic() < 10


def test_a_lasting_temporary_error_is_an_error_when_the_patience_ends(
    connected: Cluster, server: StubApiServer, runtime: VirtualRuntime
) -> None:
    """The error has the API server's message."""
    server.responses[GET] = [(503, {"message": "overloaded"})]
    with pytest.raises(UnreachableError, match=r"cluster stub does not respond \(overloaded\)"):
        connected.get("ConfigMap", "release-1", "trial")
    assert 10 <= runtime.monotonic() <= 11


def test_a_request_without_a_response_is_repeated_by_the_patience_only(
    connected: Cluster, server: StubApiServer, runtime: VirtualRuntime
) -> None:
    """A closed connection counts as no response. The HTTP client sends each request once."""
    connected.get("ConfigMap", "other", "trial")
    server.responses[GET] = [(0, None), (0, None), (200, CONFIG_MAP)]
    assert connected.get("ConfigMap", "release-1", "trial") == CONFIG_MAP
    assert runtime.monotonic() == 1


@pytest.mark.parametrize(("status", "hint"), [(409, ""), (403, "bootstrap"), (401, "sign in again")])
def test_a_rejected_request_is_not_repeated(
    connected: Cluster, server: StubApiServer, status: int, hint: str
) -> None:
    """A rejection is a ClusterError with its status; missing rights have a hint."""
    server.responses[f"POST {PATH}"] = [(status, {"message": "no"})]
    with pytest.raises(ClusterError, match=rf"cluster stub refused the request \({status}\): no") as caught:
        connected.create(CONFIG_MAP)
    assert caught.value.status == status
    assert hint in caught.value.hint
    assert len(server.requests) == 1


def test_an_unknown_kind_is_a_rejected_request(connected: Cluster) -> None:
    """A kind that the API server does not serve is a ClusterError with status 404."""
    with pytest.raises(ClusterError, match="does not serve this kind") as caught:
        connected.create({**CONFIG_MAP, "kind": "Widget"})
    assert caught.value.status == 404


def test_the_time_is_that_of_the_api_server(
    connected: Cluster, server: StubApiServer, runtime: VirtualRuntime
) -> None:
    """`now` asks the API server each time, since this machine's clocks may have been suspended."""
    assert connected.now() == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    runtime.sleep(55)
    assert connected.now() == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_pod_without_a_log_has_an_empty_one(connected: Cluster, server: StubApiServer) -> None:
    """`log` returns the text, or an empty string if the API server rejects the request."""
    assert connected.log("classifier-blue-1", "trial") == ""
    server.responses["GET /api/v1/namespaces/trial/pods/classifier-blue-1/log"] = [(200, b"started\n")]
    assert connected.log("classifier-blue-1", "trial") == "started\n"
