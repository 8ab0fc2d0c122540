"""Store, registry and cluster: accepting, refusing or unreachable."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from samples import make_settings
from seatrial.doctor import services
from seatrial.settings import Environment, Settings

AUTH = base64.b64encode(b"me:right").decode()


class Handler(BaseHTTPRequestHandler):
    """A registry with one user, and a cluster that allows releases to one namespace."""

    def do_GET(self) -> None:
        """Respond 401 to a wrong password, and with the cluster's API groups."""
        if self.path.startswith("/v2"):
            known = self.headers.get("Authorization") == f"Basic {AUTH}"
            return self.respond({}, 404 if known else 401)
        review = {"name": "selfsubjectaccessreviews", "namespaced": False, "verbs": ["create"]}
        group = {"groupVersion": "authorization.k8s.io/v1", "version": "v1"}
        bodies: dict[str, dict[str, object]] = {
            "/version": {"gitVersion": "v1.34.0", "major": "1", "minor": "34"},
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {
                "kind": "APIGroupList",
                "groups": [{"name": "authorization.k8s.io", "versions": [group], "preferredVersion": group}],
            },
            "/api/v1": {"kind": "APIResourceList", "resources": []},
            "/apis/authorization.k8s.io/v1": {
                "kind": "APIResourceList",
                "resources": [{**review, "kind": "SelfSubjectAccessReview"}],
            },
        }
        return self.respond(bodies[self.path])

    def do_POST(self) -> None:
        """Allow releases to the namespace `open` only."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        review = body["spec"]["resourceAttributes"]
        assert (review["verb"], review["group"], review["resource"]) == ("patch", "apps", "deployments")
        self.respond({**body, "status": {"allowed": review["namespace"] == "open"}})

    def respond(self, value: dict[str, object], status: int = 200) -> None:
        """Send JSON."""
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server with `Handler`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join(10)


def with_registry(address: str, folder: Path, password: str = "right") -> Settings:
    """Return settings with a registry and its credentials in a config.json."""
    auth = base64.b64encode(f"me:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
    change = {"address": address, "insecure": True, "config_dir": str(folder)}
    settings = make_settings(url="")
    return settings.model_copy(update={"registry": settings.registry.model_copy(update=change)})


def with_cluster(address: str, folder: Path, namespace: str) -> Settings:
    """Return settings with a cluster and one environment, `local`, in a namespace of it."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": f"http://{address}"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "there", "context": {"cluster": "c", "user": "u"}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(config))
    settings = make_settings(url="")
    change = {"kubeconfig": str(folder / "kubeconfig"), "context": "there"}
    local = Environment(namespace=namespace, overlay="o", host="h")
    cluster = settings.cluster.model_copy(update=change)
    return settings.model_copy(update={"cluster": cluster, "environments": {"local": local}})


def test_a_service_without_a_setting_comes_later(tmp_path: Path) -> None:
    """Before `make up`, the fix names the command or setting that provides each service."""
    local = Environment(namespace="n", overlay="o", host="h")
    settings = make_settings(url="").model_copy(update={"environments": {"local": local}})
    found = [
        services.check_store(settings, "colours"),
        services.check_registry(settings),
        services.check_cluster(settings, "local", tmp_path / "c"),
    ]
    assert [(each.state, each.detail) for each in found] == [("later", "not configured")] * 3
    assert ["make up" in each.fix for each in found] == [True] * 3


def test_an_empty_store_is_ok(tmp_path: Path) -> None:
    """The detail is that the channel is not published yet."""
    (tmp_path / "store").mkdir()
    found = services.check_store(make_settings(url=(tmp_path / "store").as_uri()), "colours")
    assert found.state == "ok"
    assert "not published yet" in found.detail


def test_an_invalid_store_url_is_missing() -> None:
    """The finding has the message and the fix of the store's own error."""
    found = services.check_store(make_settings(url="ftp://there"), "colours")
    assert found.state == "missing"
    assert "az://" in found.fix


def test_a_registry_that_accepts_the_credentials_is_ok(server: str, tmp_path: Path) -> None:
    """The credentials are those of the docker config.json."""
    assert services.check_registry(with_registry(server, tmp_path)).state == "ok"


def test_a_registry_that_refuses_the_credentials_is_missing(server: str, tmp_path: Path) -> None:
    """The fix is to log in; the password is not shown."""
    found = services.check_registry(with_registry(server, tmp_path, "wrong"))
    assert found.state == "missing"
    assert server in found.detail
    assert "docker login" in found.fix
    assert "wrong" not in str(found.row)


def test_an_unreachable_registry_is_missing(tmp_path: Path) -> None:
    """A closed port is reported, not raised."""
    found = services.check_registry(with_registry("127.0.0.1:9", tmp_path))
    assert found.state == "missing"
    assert "127.0.0.1:9" in found.detail


@pytest.mark.parametrize(("namespace", "state"), [("open", "ok"), ("closed", "missing")])
def test_the_right_to_release_is_checked_in_the_cluster(
    server: str, tmp_path: Path, namespace: str, state: str
) -> None:
    """The access review is for the environment's own namespace."""
    found = services.check_cluster(with_cluster(server, tmp_path, namespace), "local", tmp_path / "cache")
    assert found.state == state, found
    assert namespace in found.detail


def test_an_unreachable_cluster_is_missing(tmp_path: Path) -> None:
    """It is tried once, without the retries of a release."""
    found = services.check_cluster(with_cluster("127.0.0.1:9", tmp_path, "open"), "local", tmp_path / "cache")
    assert found.state == "missing"
    assert "there" in found.detail
