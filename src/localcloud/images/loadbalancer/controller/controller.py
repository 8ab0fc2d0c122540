"""Reading the cluster for as long as it runs, and deciding anew at every change."""

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
# The cluster frees a node port a moment after it says that its Service is gone.
RETRY_SECONDS = 1
GONE = 410


class Controller:
    """Keeps the cluster as decided; all that it knows it reads from there, so it may end at any time."""

    def __init__(self, api: Any, pool: Mapping[str, int], zone: str, names: Names) -> None:
        self._api = api
        self._pool = pool
        self._zone = zone
        self._names = names
        self._services: dict[str, Service] = {}
        self._told: set[tuple[str, str, str]] = set()
        self._undone = False

    def follow(self) -> None:
        """Read everything, then every change, until the cluster refuses or forgets where we were.

        Each request has a deadline; a watch lasts half a minute and goes on where it ended. Raises
        ApiException or HTTPError when the cluster is away.
        """
        listing = self._api.list_service_for_all_namespaces(_request_timeout=services.DEADLINE)
        self._services = {item.metadata.uid: services.read(item) for item in listing.items}
        self._decide()
        version = listing.metadata.resource_version
        while version:
            version = self._watch(version)

    def _watch(self, version: str) -> str:
        """Follow changes for half a minute; return where it ended, or nothing where the cluster forgot."""
        watch = Watch()  # type: ignore[no-untyped-call]
        changes = watch.stream(  # type: ignore[no-untyped-call]
            self._api.list_service_for_all_namespaces,
            resource_version=version,
            timeout_seconds=RETRY_SECONDS if self._undone else WATCH_SECONDS,
            allow_watch_bookmarks=True,
            _request_timeout=(services.DEADLINE[0], WATCH_SECONDS + services.DEADLINE[1]),
        )
        try:
            for change in changes:
                version = change["raw_object"]["metadata"]["resourceVersion"]
                self._take(change)
        except ApiException as error:
            if error.status == GONE:
                return ""
            raise
        self._decide()
        return version

    def _take(self, change: Mapping[str, Any]) -> None:
        kind = change["type"]
        if kind == "BOOKMARK":
            return
        service = services.read(change["object"])
        if kind == "DELETED":
            self._services.pop(service.uid, None)
        else:
            self._services[service.uid] = service
        self._decide()

    def _decide(self) -> None:
        decided = plan(self._services.values(), self._pool, self._zone)
        self._undone = False
        for assignment in decided.assignments:
            if not assignment.done:
                log.info(
                    "%s/%s gets %s", assignment.service.namespace, assignment.service.name, assignment.address
                )
                self._undone |= not _attempt(services.carry_out, self._api, assignment)
        self._names.write(decided.names)
        self._tell(decided)
        self._names.beat()

    def _tell(self, decided: Plan) -> None:
        """Say each refusal once, and again only after it was lifted."""
        current = {_key(refusal): refusal for refusal in decided.refusals}
        for key, refusal in current.items():
            if key not in self._told:
                log.warning("%s/%s: %s", refusal.service.namespace, refusal.service.name, refusal.message)
                _attempt(services.tell, self._api, refusal)
        self._told = set(current)


def _key(refusal: Refusal) -> tuple[str, str, str]:
    return refusal.service.uid, refusal.reason, refusal.message


def _attempt(write: Callable[[Any, T], None], api: Any, what: T) -> bool:
    """Say whether the cluster took it: not where the Service changed or went, or a port is not free yet."""
    try:
        write(api, what)
    except ApiException as error:
        if error.status not in (404, 409, 422):
            raise
        log.info("not now: %s", error.reason)
        return False
    return True


AWAY = (ApiException, HTTPError)
