"""The real implementations of what a release uses of the outside world."""

from seatrial.system.services import SERVICES

__all__ = ["SERVICES"]
