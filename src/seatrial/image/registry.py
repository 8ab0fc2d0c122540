"""The registry's own word on what it holds: manifests and configs over HTTP, each byte checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import Credentials, find_credentials
from seatrial.settings import Registry

REQUEST_SECONDS = 20
ACCEPT = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
    )
)


@dataclass(frozen=True)
class Manifest:
    """An image in a registry: its digest, its config's digest, and each layer's digest and bytes."""

    digest: str
    config: str
    layers: tuple[tuple[str, int], ...]


class RegistryClient:
    """One registry, with the caller's credentials; answers Basic and Bearer challenges."""

    def __init__(self, registry: Registry, credentials: Credentials | None = None) -> None:
        if not registry.address:
            raise UsageError("registry.address is not set", "make cloud, or REGISTRY=host[:port]")
        self.registry = registry
        self.credentials = find_credentials(registry) if credentials is None else credentials
        self._session = requests.Session()
        # Requests would else take what ~/.netrc says of that host.
        self._session.trust_env = not registry.insecure
        self._bearer = ""

    def manifest(self, repository: str, reference: str) -> Manifest | None:
        """Return the manifest that a tag or digest names, or None where there is none.

        Raises OutsideError when the registry does not answer or refuses these credentials, RefusedError
        when the bytes are not those of the digest, or name no single image.
        """
        answer = self._get(f"{repository}/manifests/{reference}", ACCEPT)
        return None if answer.status_code == 404 else parse_manifest(answer.content, reference)

    def config(self, repository: str, digest: str) -> dict[str, Any]:
        """Return an image's config by its digest; errors as for `manifest`, and RefusedError without one."""
        answer = self._get(f"{repository}/blobs/{digest}")
        if answer.status_code == 404 or digest_of(answer.content) != digest:
            raise RefusedError(f"{self.registry.address}/{repository} has no config {digest}", "make push")
        return dict(json.loads(answer.content))

    def _get(self, path: str, accept: str = "*/*") -> requests.Response:
        return self.call("GET", path, headers={"Accept": accept})

    def call(self, method: str, path: str, **words: Any) -> requests.Response:
        """Send a request to a path under `/v2/`, its challenge answered; 404 is an answer too.

        `words` are those of `requests`. Raises OutsideError for every other refusal.
        """
        answer = self._ask(method, path, words)
        challenge = answer.headers.get("WWW-Authenticate", "")
        if answer.status_code == 401 and challenge.lower().startswith("bearer"):
            self._bearer = self._token(challenge)
            answer = self._ask(method, path, words)
        if answer.status_code in (401, 403):
            raise refused(self.registry.address)
        if answer.status_code >= 400 and answer.status_code != 404:
            what = f"the registry {self.registry.address} answered {answer.status_code}"
            raise OutsideError(what, "make status shows its logs", log=answer.text[:500])
        return answer

    @property
    def base(self) -> str:
        """The URL that every path stands under."""
        return f"{'http' if self.registry.insecure else 'https'}://{self.registry.address}/v2/"

    def _ask(self, method: str, path: str, words: Mapping[str, Any]) -> requests.Response:
        headers = dict(words.get("headers", {}))
        if self._bearer:
            headers["Authorization"] = f"Bearer {self._bearer}"
        known = None if self._bearer or not self.credentials.user else self._basic
        return self._send(method, f"{self.base}{path}", **{**words, "headers": headers, "auth": known})

    def _token(self, challenge: str) -> str:
        asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        realm = asked.pop("realm", "")
        if self.credentials.token:
            grant = {"grant_type": "refresh_token", "refresh_token": self.credentials.token}
            answer = self._send("POST", realm, data={**asked, **grant})
        else:
            known = self._basic if self.credentials.user else None
            answer = self._send("GET", realm, params=asked, auth=known)
        if not answer.ok:
            raise refused(self.registry.address)
        body = answer.json()
        return str(body.get("access_token") or body.get("token") or "")

    @property
    def _basic(self) -> tuple[str, str]:
        return self.credentials.user, self.credentials.password

    def _send(self, method: str, url: str, **words: Any) -> requests.Response:
        try:
            return self._session.request(method, url, timeout=REQUEST_SECONDS, **words)
        except requests.RequestException as error:
            raise unreachable(self.registry.address) from error


def parse_manifest(raw: bytes, reference: str) -> Manifest:
    """Return the manifest in `raw`; RefusedError unless it is one image, and its digest the one asked for."""
    digest = digest_of(raw)
    if reference.startswith("sha256:") and reference != digest:
        raise RefusedError(f"the registry gave other bytes than {reference}", "push again, and look into it")
    try:
        body = json.loads(raw)
        layers = tuple((str(layer["digest"]), int(layer["size"])) for layer in body["layers"])
        return Manifest(digest, str(body["config"]["digest"]), layers)
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(
            f"{reference} is not one image in the registry", "make build, make push"
        ) from error


def digest_of(raw: bytes) -> str:
    """Return ``sha256:<hex>`` of `raw`."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def refused(address: str) -> OutsideError:
    """Return the error for credentials that the registry does not take."""
    return OutsideError(
        f"the registry {address} refuses these credentials",
        f"docker login {address}, or check registry.config_dir",
    )


def unreachable(address: str) -> OutsideError:
    """Return the error for a registry that does not answer."""
    return OutsideError(
        f"the registry {address} does not answer", "make status shows whether it runs; check registry.address"
    )
