"""The OpenAPI 3.1 document of an app, from its routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from classifier.bodies import Problem
from classifier.openapi.operation import Content, Operation, description_of, operation_of, responses_of
from classifier.openapi.schema import Schema, Schemas

PROBLEM = "application/problem+json"
AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
"""Methods that Flask adds to a route by itself."""
HEADERS = {
    "X-Model-Version": "version of the model that this instance serves",
    "X-Model-Digest": "sha256 of the model's card",
    "X-Release": "release of this instance, `unreleased` outside a release",
    "X-Request-Id": "the client's own if it has 1 to 128 letters, digits or `.`, `_`, `:`, `-`; else new",
}
ANY = {
    400: "the request is not valid HTTP",
    408: "the request does not arrive in time",
    413: "the body is larger than the limit",
    414: "the URL is too long",
    417: "`Expect` has another value than `100-continue`",
    431: "the headers are too many or too large",
    500: "internal error; the log has the details under the request id",
    501: "`Transfer-Encoding` has another value than `chunked`",
    503: "too many requests, connections or large images at once; `Retry-After`: seconds to wait",
    504: "the request was not computed within its deadline",
    505: "the version of HTTP is neither 1.1 nor 1.0",
}
"""Errors that any operation can return, most of them before the app has the request."""


def openapi_document(app: Flask, description: str) -> dict[str, Any]:
    """Return the OpenAPI document of every documented route of `app`.

    `description` is that of the whole API. The examples are computed by the app's model.
    """
    schemas = Schemas()
    paths: dict[str, Any] = {}
    for rule, method, view, operation in documented_routes(app):
        path = paths.setdefault(path_of(rule), {})
        path[method.lower()] = _operation(rule, method, view, operation, schemas)
    schemas.of(Problem)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Image classifier", "version": "1", "description": description},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "headers": _headers(),
            "responses": {str(status): _any_problem(status) for status in ANY},
        },
    }


def documented_routes(app: Flask) -> Iterator[tuple[Rule, str, Callable[..., Any], Operation]]:
    """Return rule, method, view and operation of each documented route, in the order of registration."""
    for rule, method, view in routes(app):
        if operation := operation_of(view):
            yield rule, method, view, operation


def routes(app: Flask) -> Iterator[tuple[Rule, str, Callable[..., Any]]]:
    """Return rule, method and view of each route, without the methods that Flask adds."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - AUTOMATIC):
            yield rule, method, app.view_functions[rule.endpoint]


def path_of(rule: Rule) -> str:
    """Return a rule as an OpenAPI path: `/models/<name>` is `/models/{name}`."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)


def _operation(
    rule: Rule, method: str, view: Callable[..., Any], operation: Operation, schemas: Schemas
) -> dict[str, Any]:
    summary, description = description_of(view)
    body = {
        "operationId": "_".join([method.lower(), *re.findall(r"\w+", path_of(rule))]),
        "tags": [operation.tag],
        "summary": summary,
        "description": description,
        "parameters": _parameters(rule, operation, schemas),
        "responses": _responses(view, operation, schemas),
    }
    if operation.request:
        body["requestBody"] = {"required": True, "content": _contents(operation.request, schemas)}
    if operation.samples:
        body["x-codeSamples"] = [
            {"lang": "Shell", "label": label, "source": source} for label, source in operation.samples.items()
        ]
    return body


def _parameters(rule: Rule, operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": schemas.of(operation.path.get(name, str))}
        for name in re.findall(r"{(\w+)}", path_of(rule))
    ]
    others = [
        {"name": name, "in": place, "required": False, "schema": schemas.of(kind)}
        for place, kinds in (("query", operation.query), ("header", operation.header))
        for name, kind in kinds.items()
    ]
    return [*path, *others]


def _responses(view: Callable[..., Any], operation: Operation, schemas: Schemas) -> dict[str, Any]:
    good = {
        "description": HTTPStatus.OK.phrase,
        "headers": _references(),
        "content": _contents(responses_of(view, operation), schemas),
    }
    bad = {
        str(status): _problem(operation.problems[status])
        if status in operation.problems
        else {"$ref": f"#/components/responses/{status}"}
        for status in sorted({*operation.problems, *ANY})
    }
    empty = {
        str(status): {"description": meaning, "headers": _references()}
        for status, meaning in operation.empty.items()
    }
    return {"200": good, **empty, **bad}


def _problem(meaning: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": meaning, "headers": _references(), "content": {PROBLEM: {"schema": schema}}}


def _any_problem(status: int) -> dict[str, Any]:
    found = _problem(ANY[status])
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        found["headers"]["Retry-After"] = {
            "description": "seconds until the next attempt",
            "schema": {"type": "string", "pattern": r"^\d+$"},
        }
    return found


def _contents(contents: Any, schemas: Schemas) -> dict[str, Any]:
    return {media_type: _content(content, schemas) for media_type, content in contents.items()}


def _content(content: Content, schemas: Schemas) -> dict[str, Any]:
    schema: Schema = schemas.of(content.schema)
    return {"schema": schema, "example": content.example()} if content.example else {"schema": schema}


def _headers() -> dict[str, Any]:
    return {
        name: {"description": description, "required": True, "schema": {"type": "string", "minLength": 1}}
        for name, description in HEADERS.items()
    }


def _references() -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
