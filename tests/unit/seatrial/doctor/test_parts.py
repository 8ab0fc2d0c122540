"""Store, registry and cluster: what the doctor says where they let in, refuse, or are away."""

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
from seatrial.doctor import services as parts
from seatrial.settings import Environment, Settings

AUTH = base64.b64encode(b"me:right").decode()


class Handler(BaseHTTPRequestHandler):
    """A registry with basic credentials, and a cluster that knows one right."""

    def do_GET(self) -> None:
        """Let in who has the right password; tell a cluster's groups."""
        if self.path.startswith("/v2"):
            known = self.headers.get("Authorization") == f"Basic {AUTH}"
            return self.answer({}, 404 if known else 401)
        review = {"name": "selfsubjectaccessreviews", "namespaced": False, "verbs": ["create"]}
        group = {"groupVersion": "authorization.k8s.io/v1", "version": "v1"}
        answers: dict[str, dict[str, object]] = {
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
        return self.answer(answers[self.path])

    def do_POST(self) -> None:
        """Say that releasing is allowed in the namespace `open` alone."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = body["spec"]["resourceAttributes"]
        assert (asked["verb"], asked["group"], asked["resource"]) == ("patch", "apps", "deployments")
        self.answer({**body, "status": {"allowed": asked["namespace"] == "open"}})

    def answer(self, value: dict[str, object], status: int = 200) -> None:
        """Send JSON."""
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of such a server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join(10)


def registry(address: str, folder: Path, password: str = "right") -> Settings:
    """Settings with a registry, and what the user's config.json says of it."""
    auth = base64.b64encode(f"me:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
    change = {"address": address, "insecure": True, "config_dir": str(folder)}
    settings = make_settings(url="")
    return settings.model_copy(update={"registry": settings.registry.model_copy(update=change)})


def cluster(address: str, folder: Path, namespace: str) -> Settings:
    """Settings with a cluster, and an environment `local` in a namespace of it."""
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
    part = settings.cluster.model_copy(update=change)
    return settings.model_copy(update={"cluster": part, "environments": {"local": local}})


def test_a_part_that_nobody_has_set_is_no_failure(tmp_path: Path) -> None:
    """Before anything is up, each says how it comes to be."""
    local = Environment(namespace="n", overlay="o", host="h")
    settings = make_settings(url="").model_copy(update={"environments": {"local": local}})
    found = [
        parts.store(settings),
        parts.registry(settings),
        parts.cluster(settings, "local", tmp_path / "c"),
    ]
    assert [(each.state, each.detail) for each in found] == [("later", "none is set")] * 3
    assert ["make up" in each.cure for each in found] == [True] * 3


def test_a_store_that_answers_tells_of_the_channel(tmp_path: Path) -> None:
    """An empty store is a store."""
    (tmp_path / "store").mkdir()
    found = parts.store(make_settings(url=(tmp_path / "store").as_uri()))
    assert found.state == "ok"
    assert "not published yet" in found.detail


def test_a_store_that_is_none_is_missed() -> None:
    """Its own words and cure are told."""
    found = parts.store(make_settings(url="ftp://there"))
    assert found.state == "missing"
    assert "az://" in found.cure


def test_a_registry_lets_in_who_has_the_password(server: str, tmp_path: Path) -> None:
    """By the credentials that docker itself would use."""
    assert parts.registry(registry(server, tmp_path)).state == "ok"


def test_a_registry_that_refuses_is_missed(server: str, tmp_path: Path) -> None:
    """The cure is to log in; the password is nowhere told."""
    found = parts.registry(registry(server, tmp_path, "wrong"))
    assert (found.state, found.detail) == ("missing", f"the registry {server} refuses these credentials")
    assert "docker login" in found.cure
    assert "wrong" not in str(found.row)


def test_a_registry_that_is_away_is_missed(tmp_path: Path) -> None:
    """Within seconds."""
    assert "does not answer" in parts.registry(registry("127.0.0.1:9", tmp_path)).detail


@pytest.mark.parametrize(("namespace", "state"), [("open", "ok"), ("closed", "missing")])
def test_a_cluster_is_asked_whether_it_lets_release(
    server: str, tmp_path: Path, namespace: str, state: str
) -> None:
    """Rights are asked of the cluster itself, for the environment's own namespace."""
    found = parts.cluster(cluster(server, tmp_path, namespace), "local", tmp_path / "cache")
    assert found.state == state, found
    assert namespace in found.detail


def test_a_cluster_that_is_away_is_missed(tmp_path: Path) -> None:
    """Asked once, not for as long as a release would bear it."""
    found = parts.cluster(cluster("127.0.0.1:9", tmp_path, "open"), "local", tmp_path / "cache")
    assert found.state == "missing"
    assert "does not respond" in found.detail
