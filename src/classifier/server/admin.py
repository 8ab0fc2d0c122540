"""The admin port: probes and metrics, in a thread of their own that no client of the app can occupy."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from classifier.server import errors
from classifier.server.connection import Connection
from classifier.server.connections import Connections
from classifier.server.exchange import Exchange
from classifier.server.gateway import WsgiApp, call
from classifier.server.liveness import PROBES, Liveness
from classifier.server.messages import Reply, Request
from classifier.server.refusal import RefusalError, Refuser
from classifier.server.settings import ServerSettings

log = logging.getLogger(__name__)
Exposition = Callable[[], tuple[bytes, str]]


class Admin:
    """The handler of the admin port.

    While the process makes progress, the responses of the probes are the app's.
    """

    def __init__(
        self,
        app: WsgiApp,
        settings: ServerSettings,
        refuser: Refuser,
        liveness: Liveness,
        metrics: Exposition,
    ) -> None:
        self._app = app
        self._settings = settings
        self._refuser = refuser
        self._liveness = liveness
        self._metrics = metrics

    def refusal(self, request: Request) -> RefusalError | None:  # noqa: ARG002
        """Return None: what is answered here has no body."""
        return None

    def dispatch(self, exchange: Exchange) -> None:
        """Answer `exchange`."""
        try:
            exchange.answer(self._reply(exchange))
        except Exception as error:
            log.error("unhandled exception", exc_info=error)
            exchange.answer(self._refuser.reply(exchange.request, errors.internal_error()))

    def _reply(self, exchange: Exchange) -> Reply:
        path = exchange.request.target.partition(b"?")[0]
        if path == b"/metrics":
            body, content_type = self._metrics()
            return Reply(200, [("Content-Type", content_type)], body)
        if path not in PROBES:
            return self._refuse(exchange, errors.unknown_admin_route(path.decode("latin-1")))
        fault = self._liveness.fault()
        if fault:
            return self._refuse(exchange, errors.not_alive(fault))
        return call(self._app, exchange.request, self._settings.admin_port)

    def _refuse(self, exchange: Exchange, refusal: RefusalError) -> Reply:
        return self._refuser.reply(exchange.request, refusal)


def start_admin(listener: socket.socket, handler: Admin, refuser: Refuser, settings: ServerSettings) -> None:
    """Serve the admin port in a thread that ends with the process."""
    connections = Connections(handler, refuser, settings.admin_limits, Path("/dev/null/no-drain"))
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(listener, connections)), name="admin", daemon=True
    )
    thread.start()


async def _serve(listener: socket.socket, connections: Connections) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(connections), sock=listener, backlog=64)
    async with server:
        await connections.check_regularly()
