"""A client of the registry HTTP API: manifests and configs, each verified against its digest."""

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
from seatrial.image.registry_refusals import (
    CREDENTIALS,
    credentials_refused,
    find_cause,
    refused,
    registry_unreachable,
)
from seatrial.image.registry_requests import RegistryRequests
from seatrial.image.registry_values import json_object, require_digest
from seatrial.image.server_urls import registry_url, token_service
from seatrial.image_reference import ImageReference
from seatrial.settings import Registry

ACCEPT = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
    )
)
TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class Manifest:
    """An image manifest: its digest, the digest of its config, the digest and size (bytes) of each layer."""

    digest: str
    config: str
    layers: tuple[tuple[str, int], ...]


class RegistryClient:
    """A registry with credentials; supports Basic and Bearer authentication."""

    def __init__(self, registry: Registry, credentials: Credentials | None = None) -> None:
        if not registry.address:
            raise UsageError(
                "registry.address is not set",
                "make cloud, or set SEATRIAL_REGISTRY__ADDRESS (REGISTRY= with make) to host[:port]",
            )
        self.registry = registry
        self.credentials = find_credentials(registry) if credentials is None else credentials
        self._requests = RegistryRequests(registry)
        self._bearer = ""

    def manifest(self, repository: str, reference: str) -> Manifest | None:
        """Return the manifest of a tag or digest, or None if there is none.

        Raises OutsideError if the registry does not answer or refuses the credentials, RefusedError if the
        content does not match the digest or is not the manifest of a single image.
        """
        response = self._get(f"{repository}/manifests/{reference}", ACCEPT)
        return None if response.status_code == 404 else parse_manifest(response.content, reference)

    def config(self, repository: str, digest: str) -> dict[str, Any]:
        """Return the config with this digest. Raises as `manifest`, and RefusedError if there is none."""
        response = self._get(f"{repository}/blobs/{digest}")
        if response.status_code == 404 or digest_of(response.content) != digest:
            raise RefusedError(f"{self.registry.address}/{repository} has no config {digest}", "make push")
        if (config := json_object(response.content)) is None:
            raise RefusedError(f"{digest} is not the config of an image", "make build, make push")
        return config

    def _get(self, path: str, accept: str = "*/*") -> requests.Response:
        return self.call("GET", path, headers={"Accept": accept})

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to a path under `/v2/`, authenticate if challenged, and return the response.

        `options` are those of `RegistryRequests.send`. Raises OutsideError for every error status except 404.
        """
        response = self.exchange(method, path, **options)
        if response.status_code in (401, 403):
            raise self._refused(response)
        if response.status_code >= 400 and response.status_code != 404:
            raise self._failure(response)
        return response

    def exchange(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request as `call`, and return the response whatever its status.

        Raises CredentialsRefusedError if the credentials get no token, OutsideError if there is no answer.
        """
        response = self._authorised(method, path, options)
        challenge = response.headers.get("WWW-Authenticate", "")
        if response.status_code == 401 and challenge.lower().startswith("bearer"):
            self._bearer = self._token(challenge)
            response = self._authorised(method, path, options)
        return response

    @property
    def base(self) -> str:
        """The URL of `/v2/`."""
        return f"{registry_url(self.registry)}/v2/"

    def _authorised(self, method: str, path: str, options: Mapping[str, Any]) -> requests.Response:
        headers = dict(options.get("headers", {}))
        if self._bearer:
            headers["Authorization"] = f"Bearer {self._bearer}"
        basic = None if self._bearer or not self.credentials.user else self._basic
        return self._send(method, f"{self.base}{path}", **{**options, "headers": headers, "auth": basic})

    def _token(self, challenge: str) -> str:
        realm, parameters = token_service(self.registry, challenge)
        if self.credentials.token:
            grant = {"grant_type": "refresh_token", "refresh_token": self.credentials.token}
            response = self._send("POST", realm, data={**parameters, **grant})
        else:
            basic = self._basic if self.credentials.user else None
            response = self._send("GET", realm, params=parameters, auth=basic)
        # A token service that is overloaded or broken has not judged the credentials.
        if response.status_code == 429 or response.status_code >= 500:
            raise self._failure(response)
        if not response.ok:
            raise self._refused(response)
        return _token_in(response, realm)

    def _refused(self, response: requests.Response) -> OutsideError:
        cause = find_cause(response.text[:5000]) or CREDENTIALS
        return credentials_refused(self.registry.address, cause)

    def _failure(self, response: requests.Response) -> OutsideError:
        if cause := find_cause(response.text[:5000]):
            return refused(self.registry.address, cause)
        message = f"the registry {self.registry.address} returned status {response.status_code}"
        return OutsideError(message, "make status shows its logs", log=response.text[:500])

    @property
    def _basic(self) -> tuple[str, str]:
        return self.credentials.user, self.credentials.password

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            return self._requests.send(method, url, **options)
        except requests.RequestException as error:
            raise registry_unreachable(self.registry.address, error) from error


@dataclass(frozen=True)
class Repository:
    """A repository of a registry."""

    client: RegistryClient
    repository: str

    def reference(self, digest: str) -> str:
        """Return the reference of an image in this repository."""
        return str(ImageReference(self.client.registry.address, self.repository, digest))


def parse_manifest(raw: bytes, reference: str) -> Manifest:
    """Parse a manifest. Raises RefusedError if it is not of one image, or not the digest `reference`."""
    digest = digest_of(raw)
    if reference.startswith("sha256:") and reference != digest:
        raise RefusedError(
            f"the registry returned content that is not {reference}", "push again, and check that registry"
        )
    try:
        body = json.loads(raw)
        layers = tuple((require_digest(layer["digest"]), int(layer["size"])) for layer in body["layers"])
        return Manifest(digest, require_digest(body["config"]["digest"]), layers)
    except (ValueError, ArithmeticError, LookupError, TypeError, RecursionError) as error:
        raise RefusedError(
            f"{reference} is not the manifest of a single image", "make build, make push"
        ) from error


def digest_of(raw: bytes) -> str:
    """Return ``sha256:<hex>`` of `raw`."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _token_in(response: requests.Response, realm: str) -> str:
    body = json_object(response.content) or {}
    token = str(body.get("access_token") or body.get("token") or "")
    if not TOKEN.fullmatch(token):
        raise OutsideError(f"{realm[:100]} returned no token", "check the token service of that registry")
    return token
