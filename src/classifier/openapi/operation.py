"""Documentation of a route, written where the route is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from flask import Response

View = TypeVar("View", bound=Callable[..., Any])
JSON = "application/json"


@dataclass(frozen=True)
class Content:
    """A body: its type, or its JSON Schema, and a function that returns an example."""

    schema: Any
    example: Callable[[], object] | None = None


TEXT = {"type": "string"}


@dataclass(frozen=True)
class Operation:
    """What the signature of a view does not contain.

    `request` and `response` have the bodies by media type; a view that returns a TypedDict needs no
    `response`, only a function that returns an `example`. `path`, `query` and `header` have the schemas of
    parameters,
    `empty` the meaning of each status whose response has no body, `problems` the reason of each status of an
    error response, and `samples` shell commands by their title, with `HOST` as the address of the app.
    """

    tag: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Content] = field(default_factory=dict)
    response: Mapping[str, Content] = field(default_factory=dict)
    example: Callable[[], object] | None = None
    empty: Mapping[int, str] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)


HOST = "http://localhost:8080"


def documented(operation: Operation) -> Callable[[View], View]:
    """Return a decorator that attaches `operation` to a view.

    The first sentence of the view's docstring becomes the summary, the rest the description.
    """

    def attach(view: View) -> View:
        cast(Any, view).operation = operation
        return view

    return attach


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """Return the operation of a view, or None if it has none."""
    return cast("Operation | None", getattr(view, "operation", None))


def responses_of(view: Callable[..., Any], operation: Operation) -> Mapping[str, Content]:
    """Return the bodies of a successful response by media type."""
    if operation.response:
        return operation.response
    returned = get_type_hints(view, include_extras=True)["return"]
    return {JSON: Content(without_response(returned), operation.example)}


def without_response(returned: Any) -> Any:
    """Return what a view returns, without the Response of an error: of `Body | Response` the first."""
    if get_origin(returned) is not UnionType:
        return returned
    (body,) = [each for each in get_args(returned) if each is not Response]
    return body


def description_of(view: Callable[..., Any]) -> tuple[str, str]:
    """Return the summary and the description in a view's docstring."""
    first, _, rest = (inspect.getdoc(view) or "").partition("\n")
    return first.rstrip("."), rest.strip()
