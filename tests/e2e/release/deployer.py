"""The deployer's own account: a short-lived token of it, and what that token may do."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import yaml

from seatrial.release.target import Target

SECONDS = 10
TOKEN_SECONDS = 900
ACCOUNT = "deployer"


@dataclass(frozen=True)
class Api:
    """The cluster's API as one account sees it; every answer is a status and a body."""

    server: str
    context: ssl.SSLContext
    # Not shown where a test fails.
    token: str = field(default="", repr=False)

    def ask(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Send one request."""
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data, headers, method=verb)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS, context=self.context) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def may(self, verb: str, resource: str, namespace: str, name: str = "") -> bool:
        """Return whether the cluster would let this account; `resource` is `group/plural[/part]`."""
        group, plural, *part = resource.split("/")
        attributes = {"verb": verb, "group": group, "resource": plural, "namespace": namespace, "name": name}
        attributes |= {"subresource": part[0]} if part else {}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        status, said = self.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        assert status == 201, said
        return bool(said["status"]["allowed"])


@dataclass(frozen=True)
class Deployer:
    """The deployer of one environment: its view of the API, and a kubeconfig that holds nothing else."""

    api: Api
    kubeconfig: Path


def impersonate(target: Target, folder: Path) -> Deployer:
    """Return the deployer's account, by a token that the administrator asks the cluster for."""
    given = yaml.safe_load(Path(target.settings.cluster.kubeconfig).read_text())
    (cluster,) = [each["cluster"] for each in given["clusters"]]
    (admin,) = [each["user"] for each in given["users"]]
    path = f"/api/v1/namespaces/{target.environment.namespace}/serviceaccounts/{ACCOUNT}/token"
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    status, said = Api(cluster["server"], _as_admin(cluster, admin, folder)).ask("POST", path, request)
    assert status == 201, said
    token = said["status"]["token"]
    mine = {**given, "users": [{"name": each["name"], "user": {"token": token}} for each in given["users"]]}
    kubeconfig = folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(yaml.safe_dump(mine))
    return Deployer(Api(cluster["server"], _trusting(cluster), token), kubeconfig)


def _trusting(cluster: Mapping[str, str]) -> ssl.SSLContext:
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    return ssl.create_default_context(cadata=authority)


def _as_admin(cluster: Mapping[str, str], admin: Mapping[str, str], folder: Path) -> ssl.SSLContext:
    context, pair = _trusting(cluster), folder / "admin.pem"
    pair.touch(mode=0o600)
    pair.write_bytes(
        b"".join(base64.b64decode(admin[f"client-{part}-data"]) for part in ("certificate", "key"))
    )
    context.load_cert_chain(pair)
    pair.unlink()
    return context
