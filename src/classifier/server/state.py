"""The states of a connection."""

from __future__ import annotations

import asyncio
from enum import Enum


class State(Enum):
    """What a connection does: waits for a request, receives one, has one to answer, or is being closed."""

    IDLE = "idle"
    RECEIVING = "receiving"
    BUSY = "busy"
    CLOSING = "closing"


def state_of(lingers: bool, busy: bool, begun: bool) -> State:
    """Return the state of a connection: `busy` with a request, or one has `begun` to arrive."""
    if lingers:
        return State.CLOSING
    if busy:
        return State.BUSY
    return State.RECEIVING if begun else State.IDLE


def read_on(transport: asyncio.Transport, wanted: bool) -> None:
    """Read from a connection, or stop to."""
    if not transport.is_closing() and wanted != transport.is_reading():
        (transport.resume_reading if wanted else transport.pause_reading)()
