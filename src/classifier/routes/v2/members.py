"""Members of JSON objects in a request."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from classifier.errors import RequestError

T = TypeVar("T")
_KINDS: Final = {"str": "a string", "list": "a list", "dict": "an object"}


def member(item: dict[str, Any], name: str, kind: type[T], default: T | None = None) -> T:
    """Return the member `name`, or `default` if it is missing or null.

    Raises RequestError 400 if it is not of the type `kind`, or missing without a default.
    """
    value = item.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        missing = "is missing" if value is None else f"is not {_KINDS[kind.__name__]}"
        raise RequestError(400, f"the member {name} {missing}")
    return value


def text(item: dict[str, Any], name: str) -> str | None:
    """Return a string, or None if it is missing or null. Raises RequestError 400 for other values."""
    return None if item.get(name) is None else member(item, name, str)


def parameters(item: dict[str, Any]) -> dict[str, Any]:
    """Return the member `parameters`, or an empty object. Unknown parameters are ignored by the caller.

    Raises RequestError 400 if it is not an object.
    """
    return member(item, "parameters", dict, default={})
