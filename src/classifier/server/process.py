"""Listen on both ports until the process is to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import signal
import socket
import time
from dataclasses import replace
from typing import Final

from classifier.config import Config
from classifier.errors import ClassifierError
from classifier.server.admin import Admin, Exposition, start_admin
from classifier.server.admission import Admission
from classifier.server.connection import Connection
from classifier.server.connections import CHECK_SECONDS, Connections
from classifier.server.gateway import WsgiApp, identity_headers
from classifier.server.observer import Observer
from classifier.server.refusal import Refuser
from classifier.server.settings import GRACEFUL_SECONDS, ServerSettings

log = logging.getLogger(__name__)
BACKLOG: Final = 2048
LAST_ACCEPT_SECONDS: Final = 0.1
# From the acceptance of a connection to its first request the loop needs five.
LAST_PASSES: Final = 10
RESERVED_FILES: Final = 128
NO_IPV6: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def serve(
    app: WsgiApp, config: Config, settings: ServerSettings, observer: Observer, metrics: Exposition
) -> None:
    """Serve `app` until SIGTERM or SIGINT; then complete the requests that have begun.

    Raises ClassifierError if a port cannot be used.
    """
    settings = _within_file_limit(settings)
    listener, admin_listener = listen(settings.port), listen(settings.admin_port)
    refuser = Refuser(identity_headers(app, settings.port), observer)
    admission = Admission(app, settings, refuser, observer)
    admin = Admin(app, settings, refuser, admission.liveness, metrics)
    admission.start()
    start_admin(admin_listener, admin, refuser, settings)
    asyncio.run(
        _serve(listener, admission, Connections(admission, refuser, settings.limits, config.drain_file))
    )


def listen(port: int) -> socket.socket:
    """Return a listening socket for IPv6 and IPv4, or for IPv4 alone where there is no IPv6.

    Raises ClassifierError if the port cannot be used.
    """
    try:
        if socket.has_dualstack_ipv6():
            try:
                return socket.create_server(
                    ("::", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
                )
            except OSError as error:
                if error.errno not in NO_IPV6:
                    raise
        return socket.create_server(("0.0.0.0", port), backlog=BACKLOG)  # noqa: S104 - in a container
    except OSError as error:
        reason = error.strerror or str(error)
        raise ClassifierError(
            f"cannot listen on port {port}: {reason}", "set PORT or APP_ADMIN_PORT"
        ) from error


async def _serve(listener: socket.socket, admission: Admission, connections: Connections) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Connection(connections), sock=listener, backlog=BACKLOG)
    checks = [loop.create_task(connections.check_regularly()), loop.create_task(_beat(admission))]
    settings = admission.settings
    log.info("listening", extra={"fields": {"port": settings.port, "workers": settings.workers}})
    await stop.wait()
    log.info("received signal term: completing the requests that have begun")
    # Closing resets the connections that the system has accepted and the loop has not.
    await asyncio.sleep(LAST_ACCEPT_SECONDS)
    # The process may have had no processor time in that pause.
    for _ in range(LAST_PASSES):
        await asyncio.sleep(0)
    server.close()
    connections.stop()
    await _completed(connections)
    for task in checks:
        task.cancel()


async def _completed(connections: Connections) -> None:
    """Wait until no connection is open, at most `GRACEFUL_SECONDS`."""
    end = time.monotonic() + GRACEFUL_SECONDS
    while len(connections) and time.monotonic() < end:
        await asyncio.sleep(0.02)


async def _beat(admission: Admission) -> None:
    while True:
        admission.liveness.beat()
        await asyncio.sleep(CHECK_SECONDS)


def _within_file_limit(settings: ServerSettings) -> ServerSettings:
    """Raise the limit of open files as far as allowed; return settings with connections within it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.limits.connections + RESERVED_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if _soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    connections = min(settings.limits.connections, allowed - RESERVED_FILES)
    return replace(settings, limits=replace(settings.limits, connections=max(1, connections)))
