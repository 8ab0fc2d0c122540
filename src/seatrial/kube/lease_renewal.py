"""The background task that renews a Lease."""

from __future__ import annotations

from collections.abc import Callable

from seatrial import console
from seatrial.errors import HeldError, OutsideError
from seatrial.runtime import Event


def renew_until(stop: Event, renew: Callable[[], None], every: float) -> None:
    """Call `renew` every `every` seconds until `stop` is set or `renew` raises HeldError.

    Other errors do not end it: the block that holds the Lease must not lose its result, and a Lease that is
    not renewed expires.
    """
    while not stop.wait(every):
        try:
            renew()
        except HeldError:
            return
        except OutsideError:
            continue
        except Exception as error:
            console.line(f"  warning: the Lease is not renewed ({type(error).__name__}: {error})")
