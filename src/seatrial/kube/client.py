"""The one door to the cluster's API: every call with a timeout, every failure in one line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import urllib3
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import DynamicApiError, ResourceNotFoundError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGER, VERSIONS

Manifest = dict[str, Any]
T = TypeVar("T")

REQUEST_SECONDS = 5
PATIENCE_SECONDS = 40
CONFLICT = 409


class ClusterError(OutsideError):
    """The cluster said no; `status` is its HTTP status."""

    def __init__(self, message: str, status: int, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


class UnreachableError(OutsideError):
    """The cluster did not answer, or said to come back later."""


class Cluster:
    """A cluster as a release uses it: manifests in and out are plain dicts.

    A call that finds the cluster away is repeated for `patience` seconds; all of them may be.
    """

    def __init__(self, client: Callable[[], DynamicClient], where: str, patience: float = PATIENCE_SECONDS):
        self._connect = client
        self._client: DynamicClient | None = None
        self._clock: tuple[datetime, float] | None = None
        self._where = where
        self._patience = patience

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object, or None where there is none."""
        try:
            return self._call(kind, "get", name=name, namespace=namespace)
        except ClusterError as error:
            if error.status == 404:
                return None
            raise

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        """Return the objects of a kind that carry the labels."""
        found = self._call(kind, "get", namespace=namespace, label_selector=labels, field_selector=fields)
        return list(found.get("items") or [])

    def apply(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Apply a manifest server-side; fields that somebody else set by hand are taken back."""
        return self._call(
            manifest["kind"],
            "server_side_apply",
            version=manifest["apiVersion"],
            body=manifest,
            namespace=manifest["metadata"].get("namespace"),
            field_manager=manager,
            force_conflicts=True,
        )

    def take_back(self, manifest: Manifest, field: str) -> None:
        """Have one field below `spec` (all of it: "") be exactly the manifest's.

        What somebody else added there is gone, which applying leaves alone; an equal one is not touched.
        """
        value = manifest["spec"][field] if field else manifest["spec"]
        self._call(
            manifest["kind"],
            "patch",
            version=manifest["apiVersion"],
            name=manifest["metadata"]["name"],
            namespace=manifest["metadata"].get("namespace"),
            body=[{"op": "replace", "path": f"/spec/{field}".rstrip("/"), "value": value}],
            content_type="application/json-patch+json",
        )

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object; ClusterError with status 409 where there is one already."""
        return self._write("create", manifest)

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object; ClusterError with status 409 when it has changed since it was read."""
        return self._write("replace", manifest)

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete an object and what belongs to it; one that is not there is no error."""
        try:
            self._call(kind, "delete", name=name, namespace=namespace, propagation_policy="Background")
        except ClusterError as error:
            if error.status != 404:
                raise

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:
        """Return the last lines that a pod printed, or nothing where it never ran."""
        query = [("tailLines", str(lines)), ("previous", str(previous).lower())]
        try:
            response = self._plain(f"/api/v1/namespaces/{namespace}/pods/{pod}/log", query)
        except ClusterError:
            return ""
        return str(response.data.decode(errors="replace"))

    def now(self) -> datetime:
        """Return the time by the cluster's own clock, to the second, whatever this machine's says."""
        if self._clock is None:
            said = parsedate_to_datetime(self._plain("/version", []).headers["Date"])
            self._clock = said, time.monotonic()
        said, heard = self._clock
        return said + timedelta(seconds=time.monotonic() - heard)

    def _plain(self, path: str, query: Sequence[tuple[str, str]]) -> Any:
        return self._repeat(lambda c: c.request("get", path, query_params=query, serialize=False, **_TIMEOUT))

    def _write(self, verb: str, manifest: Manifest) -> Manifest:
        namespace = manifest["metadata"].get("namespace")
        version = manifest["apiVersion"]
        return self._call(manifest["kind"], verb, version=version, body=manifest, namespace=namespace)

    def _call(self, kind: str, verb: str, version: str = "", **options: Any) -> Manifest:
        def call(client: DynamicClient) -> Manifest:
            resource = client.resources.get(api_version=version or VERSIONS[kind], kind=kind)
            found = getattr(resource, verb)(**options, **_TIMEOUT)
            return dict(found.to_dict())

        return self._repeat(call)

    def _repeat(self, call: Callable[[DynamicClient], T]) -> T:
        tries = Retrying(
            stop=stop_after_delay(self._patience),
            wait=wait_fixed(0.5),
            retry=retry_if_exception_type(UnreachableError),
            reraise=True,
        )
        found: T = tries(self._once, call)
        return found

    def _once(self, call: Callable[[DynamicClient], T]) -> T:
        try:
            if self._client is None:
                self._client = self._connect()
            return call(self._client)
        except (DynamicApiError, ApiException) as error:
            raise self._refused(error.status, error.body) from error
        except ResourceNotFoundError as error:
            raise ClusterError(f"{self._where} does not know that kind: {error}", 404) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._away(type(error).__name__) from error

    def _refused(self, status: int | None, body: Any) -> OutsideError:
        said = _message(body)
        if not status or status == 429 or status >= 500:
            return self._away(said)
        hint = "seatrial bootstrap gives the rights, once" if status in (401, 403) else ""
        return ClusterError(f"{self._where} refused ({status}): {said}", status, hint)

    def _away(self, why: str) -> UnreachableError:
        return UnreachableError(f"{self._where} does not answer ({why})", "make status; make cloud starts it")


_TIMEOUT: Mapping[str, Any] = {"_request_timeout": REQUEST_SECONDS}


def _message(body: Any) -> str:
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "no answer")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:200]
