"""Settings of the server, read once from environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from classifier.config import MEBIBYTE, positive_integer
from classifier.cpus import granted_cpus

MAX_HEAD: Final = 16 * 1024
"""The largest request line with headers, in bytes."""
MAX_URL: Final = 8 * 1024
"""The longest path with query, in bytes."""
MAX_HEADERS: Final = 100
FREE_CHUNKS: Final = 1000
"""The number of chunks of a body after which their mean size counts."""
LEAST_CHUNK: Final = 64
"""The least mean size of further chunks, in bytes."""
CHUNK_HEAD: Final = 32
"""The largest mean size of what a chunk has beside its data, in bytes."""
GRACEFUL_SECONDS: Final = 25
"""The time after SIGTERM in which the requests that have begun are completed."""
GRACE_SECONDS: Final = 5
"""The time after which the least rate applies to a request's body."""


@dataclass(frozen=True)
class Limits:
    """Limits of the connections of one port, in bytes and seconds.

    A request's head must be complete `head_seconds` after its first byte, the request `receive_seconds` after
    it, with at least `least_rate` bytes a second. `buffer` limits the bodies of all connections together.
    """

    connections: int = 2000
    body: int = 16 * MEBIBYTE
    buffer: int = 64 * MEBIBYTE
    head_seconds: float = 10
    receive_seconds: float = 60
    idle_seconds: float = 65
    send_seconds: float = 30
    least_rate: int = 4096


@dataclass(frozen=True)
class ServerSettings:
    """Settings of the process.

    `workers` requests are computed at once, `queue` others wait. The response is sent at most
    `deadline_seconds` after the request was received. A worker that computes one request for longer than
    `stuck_seconds` makes liveness fail.
    """

    port: int = 8080
    admin_port: int = 8081
    workers: int = 2
    queue: int = 32
    deadline_seconds: float = 30
    stuck_seconds: float = 60
    limits: Limits = Limits()

    @property
    def admin_limits(self) -> Limits:
        """The limits of the admin port, whose requests have no body."""
        return replace(self.limits, connections=64, body=1024, buffer=64 * 1024, receive_seconds=10)


def load_server_settings(environ: Mapping[str, str], body: int) -> ServerSettings:
    """Return the settings in `environ`; `body` is the largest body in bytes.

    There are never more workers than processors. Raises ConfigError naming a variable with an invalid value.
    """
    cpus = granted_cpus()
    limits = Limits()

    def number(name: str, default: float) -> int:
        return positive_integer(environ, name, int(default))

    return ServerSettings(
        port=number("PORT", 8080),
        admin_port=number("APP_ADMIN_PORT", 8081),
        workers=min(cpus, number("APP_WORKERS", cpus)),
        queue=number("APP_QUEUE", 32),
        deadline_seconds=number("APP_DEADLINE_SECONDS", 30),
        stuck_seconds=number("APP_STUCK_SECONDS", 60),
        limits=Limits(
            connections=number("APP_MAX_CONNECTIONS", limits.connections),
            body=body,
            buffer=max(body, number("APP_BUFFER_BYTES", limits.buffer)),
            head_seconds=number("APP_HEAD_SECONDS", limits.head_seconds),
            receive_seconds=number("APP_RECEIVE_SECONDS", limits.receive_seconds),
            idle_seconds=number("APP_IDLE_SECONDS", limits.idle_seconds),
            least_rate=number("APP_LEAST_RATE", limits.least_rate),
        ),
    )
