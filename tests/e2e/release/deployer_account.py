"""The deployer's service account: a short-lived token, and access reviews for it."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3
import yaml

from seatrial.release.target import Target
from seatrial.timed_connections import limit_whole_requests

REQUEST_SECONDS = 10
TOKEN_SECONDS = 900
ACCOUNT = "deployer"


@dataclass(frozen=True)
class AccountApi:
    """The cluster's API with the credentials of one account."""

    server: str
    context: ssl.SSLContext
    # Kept out of the output of failed assertions.
    token: str = field(default="", repr=False)

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Send a request and return the status and the body of the response."""
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None if body is None else json.dumps(body).encode()
        with urllib3.PoolManager(ssl_context=self.context) as pool:
            limit_whole_requests(pool)
            # A redirect would send the token on.
            options: dict[str, Any] = {"redirect": False, "retries": False}
            timeout = urllib3.Timeout(total=REQUEST_SECONDS)
            url = self.server + path
            response = pool.request(method, url, body=data, headers=headers, timeout=timeout, **options)
            return response.status, json.loads(response.data or b"{}")

    def allows(self, verb: str, resource: str, namespace: str, name: str = "") -> bool:
        """Return whether the account may use a verb on a resource (`group/plural[/subresource]`)."""
        group, plural, *part = resource.split("/")
        attributes = {"verb": verb, "group": group, "resource": plural, "namespace": namespace, "name": name}
        attributes |= {"subresource": part[0]} if part else {}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        status, body = self.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        assert status == 201, body
        return bool(body["status"]["allowed"])


@dataclass(frozen=True)
class DeployerAccount:
    """The deployer of one environment: its API access, and a kubeconfig with its token alone."""

    api: AccountApi
    kubeconfig: Path


def deployer_account(target: Target, folder: Path) -> DeployerAccount:
    """Return the deployer's account with a new token, which the administrator requests."""
    given = yaml.safe_load(Path(target.settings.cluster.kubeconfig).read_text())
    (cluster,) = [each["cluster"] for each in given["clusters"]]
    (admin,) = [each["user"] for each in given["users"]]
    path = f"/api/v1/namespaces/{target.environment.namespace}/serviceaccounts/{ACCOUNT}/token"
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    admin_api = AccountApi(cluster["server"], _admin_context(cluster, admin, folder))
    status, body = admin_api.request("POST", path, request)
    assert status == 201, body
    token = body["status"]["token"]
    users = [{"name": each["name"], "user": {"token": token}} for each in given["users"]]
    kubeconfig = folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(yaml.safe_dump({**given, "users": users}))
    return DeployerAccount(AccountApi(cluster["server"], _context(cluster), token), kubeconfig)


def _context(cluster: Mapping[str, str]) -> ssl.SSLContext:
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    return ssl.create_default_context(cadata=authority)


def _admin_context(cluster: Mapping[str, str], admin: Mapping[str, str], folder: Path) -> ssl.SSLContext:
    context, pair = _context(cluster), folder / "admin.pem"
    pair.touch(mode=0o600)
    pair.write_bytes(
        b"".join(base64.b64decode(admin[f"client-{part}-data"]) for part in ("certificate", "key"))
    )
    context.load_cert_chain(pair)
    pair.unlink()
    return context
