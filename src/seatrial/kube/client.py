"""The Kubernetes API client: a timeout for every request, one line for every error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar

import urllib3
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import DynamicApiError, ResourceNotFoundError

from seatrial.errors import OutsideError
from seatrial.kube.api_message import REFUSAL_HINTS, message_of
from seatrial.kube.labels import MANAGER, VERSIONS
from seatrial.kube.outage import Outage
from seatrial.kube.protocol import NOT_FOUND, ClusterError, Manifest, UnreachableError
from seatrial.network_errors import find_reason
from seatrial.runtime import SYSTEM, Runtime
from seatrial.wait import retry

T = TypeVar("T")

REQUEST_SECONDS = 5
PATIENCE_SECONDS = 40
_TIMEOUT: Mapping[str, Any] = {"_request_timeout": REQUEST_SECONDS}


class KubernetesCluster:
    """The Cluster of an API server.

    `connect` makes the client; it is called at the first request. `name` is for error messages, and so is
    `kubectl`, the start of a command. A request that gets no response is repeated for `patience` seconds.
    """

    def __init__(
        self,
        connect: Callable[[], DynamicClient],
        name: str,
        patience: float = PATIENCE_SECONDS,
        runtime: Runtime = SYSTEM,
        kubectl: str = "kubectl",
    ) -> None:
        self.kubectl = kubectl
        self._connect = connect
        self._client: DynamicClient | None = None
        self._name = name
        self._patience = patience
        self._outage = Outage(patience)
        self._runtime = runtime

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object, or None if it does not exist."""
        try:
            return self._call(kind, "get", name=name, namespace=namespace)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        """Return the objects of a kind that match a label selector and a field selector."""
        found = self._call(kind, "get", namespace=namespace, label_selector=labels, field_selector=fields)
        return list(found.get("items") or [])

    def apply(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Apply a manifest server-side; take over its fields from other field managers."""
        return self._call(
            manifest["kind"],
            "server_side_apply",
            version=manifest["apiVersion"],
            body=manifest,
            namespace=manifest["metadata"].get("namespace"),
            field_manager=manager,
            force_conflicts=True,
        )

    def apply_new(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Create an object as `apply` would. Raises ClusterError with status 409 if it exists."""
        return self._write("create", manifest, field_manager=manager)

    def own_as_applied(self, found: Manifest, manager: str = MANAGER) -> Manifest:
        """Own the fields of an object that `apply_new` created as if it had been applied."""
        for index, entry in enumerate(found["metadata"].get("managedFields") or []):
            if (entry.get("manager"), entry.get("operation")) == (manager, "Update"):
                version = found["metadata"]["resourceVersion"]
                path = f"/metadata/managedFields/{index}/operation"
                return self._patch(found, {path: "Apply", "/metadata/resourceVersion": version})
        return found

    def replace_field(self, manifest: Manifest, field: str) -> None:
        """Set `spec.<field>` (empty: all of `spec`) to the manifest's value with a JSON patch."""
        value = manifest["spec"][field] if field else manifest["spec"]
        values = {f"/spec/{field}".rstrip("/"): value}
        if version := manifest["metadata"].get("resourceVersion"):
            # The API server rejects a patch to another resource version as a conflict.
            values["/metadata/resourceVersion"] = version
        self._patch(manifest, values)

    def _patch(self, manifest: Manifest, values: Mapping[str, Any]) -> Manifest:
        return self._call(
            manifest["kind"],
            "patch",
            version=manifest["apiVersion"],
            name=manifest["metadata"]["name"],
            namespace=manifest["metadata"].get("namespace"),
            body=[{"op": "replace", "path": path, "value": value} for path, value in values.items()],
            content_type="application/json-patch+json",
        )

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object. Raises ClusterError with status 409 if it exists."""
        return self._write("create", manifest)

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object. Raises ClusterError with status 409 if it changed since it was read."""
        return self._write("replace", manifest)

    def delete(self, kind: str, name: str, namespace: str, version: str = "") -> None:
        """Delete an object and its dependents in the background. A missing object is not an error."""
        body: dict[str, Any] = {"propagationPolicy": "Background"}
        if version:
            body["preconditions"] = {"resourceVersion": version}
        try:
            self._call(kind, "delete", name=name, namespace=namespace, body=body)
        except ClusterError as error:
            if error.status != NOT_FOUND:
                raise

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:
        """Return the last `lines` log lines of a pod, or an empty string if there is no log."""
        query = [("tailLines", str(lines)), ("previous", str(previous).lower())]
        try:
            response = self._get_path(f"/api/v1/namespaces/{namespace}/pods/{pod}/log", query)
        except ClusterError:
            return ""
        return str(response.data.decode(errors="replace"))

    def now(self) -> datetime:
        """Return the time of the API server's clock, from the Date header of a response.

        It is asked each time: on some systems this machine's own clocks stop while it is suspended.
        """
        return parsedate_to_datetime(self._get_path("/version", []).headers["Date"])

    def _get_path(self, path: str, query: Sequence[tuple[str, str]]) -> Any:
        return self._retry(lambda c: c.request("get", path, query_params=query, serialize=False, **_TIMEOUT))

    def _write(self, verb: str, manifest: Manifest, **options: Any) -> Manifest:
        namespace = manifest["metadata"].get("namespace")
        version = manifest["apiVersion"]
        return self._call(
            manifest["kind"], verb, version=version, body=manifest, namespace=namespace, **options
        )

    def _call(self, kind: str, verb: str, version: str = "", **options: Any) -> Manifest:
        def call(client: DynamicClient) -> Manifest:
            resource = client.resources.get(api_version=version or VERSIONS[kind], kind=kind)
            found = getattr(resource, verb)(**options, **_TIMEOUT)
            if not hasattr(found, "to_dict"):
                raise self._unreachable("the response is not a Kubernetes object")
            return dict(found.to_dict())

        return self._retry(call)

    def _retry(self, call: Callable[[DynamicClient], T]) -> T:
        watched = partial(self._outage.watch, partial(self._attempt, call))
        return retry(watched, UnreachableError, seconds=self._patience, runtime=self._runtime)

    def _attempt(self, call: Callable[[DynamicClient], T]) -> T:
        try:
            if self._client is None:
                self._client = self._connect()
            return call(self._client)
        except (DynamicApiError, ApiException) as error:
            raise self._error(error.status, error.body) from error
        except ResourceNotFoundError as error:
            raise ClusterError(f"{self._name} does not serve this kind: {error}", NOT_FOUND) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            reason = find_reason(error)
            if not reason:
                raise self._unreachable(type(error).__name__) from error
            raise self._unreachable(reason.text, f"{reason.hint}; ") from error

    def _error(self, status: int | None, body: Any) -> OutsideError:
        message = message_of(body)
        if not status or status == 429 or status >= 500:
            return self._unreachable(message)
        what = f"{self._name} refused the request ({status}): {message}"
        return ClusterError(what, status, REFUSAL_HINTS.get(status, ""))

    def _unreachable(self, reason: str, hint: str = "") -> UnreachableError:
        return UnreachableError(
            f"{self._name} does not respond ({reason})", f"{hint}check with make status; make cloud starts it"
        )
