"""The reasons of refusals: the only values of the label `reason`."""

from __future__ import annotations

from typing import Final

INVALID_IMAGE: Final = "invalid_image"
INVALID_REQUEST: Final = "invalid_request"
OTHER: Final = "other"
BY_STATUS: Final = {
    400: INVALID_REQUEST,
    404: "unknown_route",
    405: "unknown_route",
    408: "slow_request",
    413: "too_large",
    414: "header_size",
    415: "unsupported_type",
    429: "overload",
    431: "header_size",
    503: "overload",
    504: "deadline",
}
REASONS: Final = tuple(dict.fromkeys((INVALID_IMAGE, *BY_STATUS.values(), OTHER)))


def reason_of(status: int, given: str = "") -> str:
    """Return the reason of a refusal: `given` if it is one of REASONS, else the reason of the status.

    Return an empty string if the status is no refusal: below 400, or an error of the app (500).
    """
    if status < 400 or status == 500:
        return ""
    return given if given in REASONS else BY_STATUS.get(status, OTHER)
