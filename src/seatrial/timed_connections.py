"""Connections of urllib3 whose timeout limits a whole request, not each read of it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import pool_classes_by_scheme

# Zero would make a socket non-blocking.
LEAST_SECONDS: Final = 0.001


def limit_whole_requests(manager: urllib3.PoolManager) -> None:
    """Make the timeouts of a pool manager count from the start of a request, not from the last byte.

    Does nothing if the manager has pools of its own, as for a SOCKS proxy.
    """
    if manager.pool_classes_by_scheme is pool_classes_by_scheme:
        manager.pool_classes_by_scheme = dict(_POOLS)


class _Timed:
    """A socket whose timeout counts from `settimeout`, not from each operation."""

    _end: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        self._end = None if value is None else time.monotonic() + value
        super().settimeout(value)  # type: ignore[misc]

    def gettimeout(self) -> float | None:
        return None if self._end is None else max(LEAST_SECONDS, self._end - time.monotonic())

    def recv(self, *words: Any) -> bytes:
        self._limit()
        return bytes(super().recv(*words))  # type: ignore[misc]

    def recv_into(self, *words: Any) -> int:
        self._limit()
        return int(super().recv_into(*words))  # type: ignore[misc]

    def send(self, *words: Any) -> int:
        self._limit()
        return int(super().send(*words))  # type: ignore[misc]

    def sendall(self, *words: Any) -> None:
        self._limit()
        super().sendall(*words)  # type: ignore[misc]

    def _limit(self) -> None:
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            super().settimeout(left)  # type: ignore[misc]


class _TimedSocket(_Timed, socket.socket):
    pass


class _TimedTlsSocket(_Timed, ssl.SSLSocket):
    pass


class _TimedConnection(HTTPConnection):
    """A connection whose `timeout`, once set, is the time that is left of it."""

    _end: float | None = None

    @property
    def timeout(self) -> float | None:
        return None if self._end is None else max(LEAST_SECONDS, self._end - time.monotonic())

    @timeout.setter
    def timeout(self, value: float | None) -> None:
        self._end = None if value is None else time.monotonic() + value

    def _new_conn(self) -> socket.socket:
        sock = self._first_that_accepts()
        timed = _TimedSocket(fileno=sock.detach())
        timed.settimeout(self.timeout)
        return timed

    def _first_that_accepts(self) -> socket.socket:
        # urllib3 itself gives each address of a name the whole timeout.
        name = self._dns_host
        *others, last = _addresses(name, self.port)
        try:
            for self._dns_host in others:
                with suppress(NewConnectionError, ConnectTimeoutError):
                    return super()._new_conn()
            self._dns_host = last
            return super()._new_conn()
        finally:
            self._dns_host = name


class _TimedTlsConnection(_TimedConnection, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        # The handshake has its own limit. ssl makes the socket, and offers no other way to choose its class.
        if type(self.sock) is ssl.SSLSocket:
            self.sock.__class__ = _TimedTlsSocket
            self.sock.settimeout(self.timeout)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTlsConnection


_POOLS: Final[Mapping[str, Any]] = {"http": _Pool, "https": _TlsPool}


def _addresses(name: str, port: int) -> list[str]:
    try:
        rows = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return [name]
    return list(dict.fromkeys(str(row[4][0]) for row in rows)) or [name]
