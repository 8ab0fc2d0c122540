"""Refusals of a storage service, and failed connections, as errors of a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from seatrial.errors import OutsideError
from seatrial.network_errors import find_reason
from seatrial.stores.protocol import BlobNotFoundError, StoreAccessError, StoreUnreachableError

SKEW_SECONDS: Final = 600
"""Azure and S3 refuse a request whose time differs by more than 15 minutes."""
SKEWED: Final = frozenset({"RequestTimeTooSkewed", "RequestExpired", "DateHeaderTooOld"})
CLOCK_HINT: Final = "set the clock of this machine (timedatectl set-ntp true)"
UNREACHABLE_HINT: Final = "check store.url and store.endpoint, and that the service runs (`make status`)"


@dataclass(frozen=True)
class Refusal:
    """The HTTP status, the code of the service and the header `Date` of a refusal."""

    status: int
    code: str
    date: str | None = None


@dataclass(frozen=True)
class Service:
    """The hints of a service by code, and that for any other refusal of access."""

    hints: Mapping[str, str]
    rights_hint: str

    def error_of(self, refusal: Refusal, blob: str) -> OutsideError:
        """Return the error for a refusal; `blob` is the address asked for."""
        if refusal.status == 404:
            hint = self.hints.get(refusal.code, "compare model.lock with what is published")
            return BlobNotFoundError(f"{blob} is not in the store ({refusal.code})", hint)
        if refusal.status in (401, 403) or (refusal.status == 400 and self._is_about_access(refusal)):
            return self._access_error(refusal, blob)
        hint = self.hints.get(refusal.code, "try again later")
        return StoreUnreachableError(f"the store failed on {blob}: {refusal.status} {refusal.code}", hint)

    def _is_about_access(self, refusal: Refusal) -> bool:
        return refusal.code in SKEWED or refusal.code not in self.hints

    def _access_error(self, refusal: Refusal, blob: str) -> StoreAccessError:
        message = f"the store refuses access to {blob} ({refusal.code})"
        clock = clock_difference(refusal.date)
        if clock or refusal.code in SKEWED:
            return StoreAccessError(f"{message}: {clock}" if clock else message, CLOCK_HINT)
        return StoreAccessError(message, self.hints.get(refusal.code, self.rights_hint))


def unreachable(url: str, error: BaseException) -> StoreUnreachableError:
    """Return the error for a service that gave no answer, or none of its protocol."""
    reason = find_reason(error)
    why, first = (reason.text, f"{reason.hint}; ") if reason else (type(error).__name__, "")
    return StoreUnreachableError(f"the store {url} does not answer: {why}", f"{first}{UNREACHABLE_HINT}")


def clock_difference(date: str | None, now: datetime | None = None) -> str | None:
    """Return in words how far this machine's clock is from the `Date` of a refusal, or None if it is near.

    Near is within SKEW_SECONDS. A missing or invalid date is near.
    """
    try:
        seconds = ((now or datetime.now(UTC)) - parsedate_to_datetime(date or "")).total_seconds()
    except (TypeError, ValueError):
        return None
    if abs(seconds) <= SKEW_SECONDS:
        return None
    return f"the clock of this machine is {abs(seconds) / 60:.0f} minutes {'fast' if seconds > 0 else 'slow'}"
