"""The states of a connection."""

from enum import Enum


class State(Enum):
    """What a connection does: waits for a request, receives one, has one to answer, or is being closed."""

    IDLE = "idle"
    RECEIVING = "receiving"
    BUSY = "busy"
    CLOSING = "closing"
