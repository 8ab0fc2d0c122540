"""Watch the cluster's Services, and reconcile after every change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kubernetes.client import ApiException
from kubernetes.watch import Watch
from urllib3.exceptions import HTTPError

from . import services
from .names import Names
from .plan import Plan, Refusal, Service, plan

log = logging.getLogger("loadbalancer")

T = TypeVar("T")

WATCH_SECONDS = 30
# The API server releases a node port shortly after the event that its Service was deleted.
RETRY_SECONDS = 1
GONE = 410
# Not found, conflict, invalid: the Service changed or was deleted, or a node port is not released yet.
RETRYABLE = (404, 409, 422)
UNAVAILABLE = (ApiException, HTTPError)


class Controller:
    """Reconciles Services with the plan. All state is in the cluster, so it can be restarted at any time."""

    def __init__(self, api: Any, pool: Mapping[str, int], zone: str, names: Names) -> None:
        self._api = api
        self._pool = pool
        self._zone = zone
        self._names = names
        self._services: dict[str, Service] = {}
        self._reported: set[tuple[str, str, str]] = set()
        self._incomplete = False

    def list_and_watch(self) -> None:
        """List all Services, then watch them until the resource version expires.

        Each request has a deadline; a watch lasts 30 s and continues at the last resource version. Raises
        ApiException or HTTPError if the API server is unavailable.
        """
        listing = self._api.list_service_for_all_namespaces(_request_timeout=services.TIMEOUT)
        self._services = {item.metadata.uid: services.read(item) for item in listing.items}
        self._reconcile()
        version = listing.metadata.resource_version
        while version:
            version = self._watch(version)

    def _watch(self, version: str) -> str:
        """Watch for 30 s; return the last resource version, or an empty string if it has expired."""
        watch = Watch()  # type: ignore[no-untyped-call]
        changes = watch.stream(  # type: ignore[no-untyped-call]
            self._api.list_service_for_all_namespaces,
            resource_version=version,
            timeout_seconds=RETRY_SECONDS if self._incomplete else WATCH_SECONDS,
            allow_watch_bookmarks=True,
            _request_timeout=(services.TIMEOUT[0], WATCH_SECONDS + services.TIMEOUT[1]),
        )
        try:
            for change in changes:
                version = change["raw_object"]["metadata"]["resourceVersion"]
                self._apply_change(change)
        except ApiException as error:
            if error.status == GONE:
                return ""
            raise
        self._reconcile()
        return version

    def _apply_change(self, change: Mapping[str, Any]) -> None:
        kind = change["type"]
        if kind == "BOOKMARK":
            return
        service = services.read(change["object"])
        if kind == "DELETED":
            self._services.pop(service.uid, None)
        else:
            self._services[service.uid] = service
        self._reconcile()

    def _reconcile(self) -> None:
        desired = plan(self._services.values(), self._pool, self._zone)
        self._incomplete = False
        for assignment in desired.assignments:
            if not assignment.done:
                service = assignment.service
                log.info("%s/%s gets %s", service.namespace, service.name, assignment.address)
                self._incomplete |= not _attempt(services.assign, self._api, assignment)
        self._names.write(desired.names)
        self._report_refusals(desired)
        self._names.touch_heartbeat()

    def _report_refusals(self, desired: Plan) -> None:
        """Log each refusal and create its event once, until it no longer applies."""
        current = {_key(refusal): refusal for refusal in desired.refusals}
        for key, refusal in current.items():
            if key not in self._reported:
                log.warning("%s/%s: %s", refusal.service.namespace, refusal.service.name, refusal.message)
                _attempt(services.create_warning_event, self._api, refusal)
        self._reported = set(current)


def _key(refusal: Refusal) -> tuple[str, str, str]:
    return refusal.service.uid, refusal.reason, refusal.message


def _attempt(write: Callable[[Any, T], None], api: Any, value: T) -> bool:
    """Write to the API; return False for a retryable error."""
    try:
        write(api, value)
    except ApiException as error:
        if error.status not in RETRYABLE:
            raise
        log.info("will retry: %s", error.reason)
        return False
    return True
