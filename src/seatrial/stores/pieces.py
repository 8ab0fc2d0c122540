"""The size of the pieces in which a large blob is transferred."""

from __future__ import annotations

from typing import Final

IN_FLIGHT_BYTES: Final = 24 << 20
"""How many bytes of content all connections together hold. An SDK holds some of them twice."""

LEAST_BYTES: Final = 512 << 10
MOST_BYTES: Final = 4 << 20
"""Large enough to use the bandwidth, small enough to meet the deadline of a request."""


def piece_bytes(connections: int) -> int:
    """Return the size of one request's piece, so that memory does not grow with the connections."""
    return max(LEAST_BYTES, min(MOST_BYTES, IN_FLIGHT_BYTES // connections))
