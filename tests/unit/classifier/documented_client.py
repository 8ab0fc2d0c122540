"""A test client that compares every response with the app's OpenAPI document."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from classifier.openapi.document import PROBLEM, openapi_document

# Responses to a request that belongs to no operation.
OUTSIDE = (404, 405)
# Errors of any operation that do not come from the server before the app.
OF_THE_APP = (413, 500, 503)


class DocumentedClient(FlaskClient):
    """Flask's test client; a response that differs from the document of the app is an AssertionError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.document = openapi_document(self.application, "")

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send a request, and check its response before it is returned."""
        response = super().open(*args, **options)
        check(self.document, response)
        return response


def check(document: dict[str, Any], response: TestResponse) -> None:
    """Raise AssertionError unless the document has this status, media type, body and headers."""
    request = response.request
    name = f"{request.method} {request.path}: {response.status_code}"
    method = "GET" if request.method == "HEAD" else request.method
    operation = operation_at(document, method, urlsplit(request.path).path.rstrip("/") or "/")
    if operation is None:
        assert response.status_code in OUTSIDE, f"{name} of an undocumented route"
        assert errors(document, {"$ref": "#/components/schemas/Problem"}, response.json) == []
        documented = {"headers": document["components"]["headers"]}
    else:
        documented = operation["responses"].get(str(response.status_code))
        assert documented, f"{name} is not documented"
        if "$ref" in documented:
            assert response.status_code in OF_THE_APP, f"{name} is documented as a response of the server"
            documented = document["components"]["responses"][str(response.status_code)]
        if "content" in documented and request.method != "HEAD":
            check_body(document, name, documented["content"], response)
        else:
            assert response.data == b"", f"{name}: a body is not documented"
    assert [header for header in documented["headers"] if header not in response.headers] == []


def check_body(document: dict[str, Any], name: str, contents: dict[str, Any], response: TestResponse) -> None:
    """Raise AssertionError unless media type and body are documented, with each of its members."""
    assert response.mimetype in contents, f"{name}: media type {response.mimetype} is not documented"
    if response.mimetype == "application/octet-stream":
        return
    body = response.json if response.is_json or response.mimetype == PROBLEM else response.text
    assert errors(document, contents[response.mimetype]["schema"], body) == [], name


def operation_at(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """Return the operation of a request, None if the document has none."""
    for template, item in document["paths"].items():
        pattern = re.sub(r"{\w+}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in item:
            found: dict[str, Any] = item[method.lower()]
            return found
    return None


def errors(document: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """Return what a value has that its schema does not allow; a member that is not in the schema counts."""
    components = {"schemas": {name: closed(each) for name, each in document["components"]["schemas"].items()}}
    validator = Draft202012Validator({**schema, "components": components})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of an object that allows no further members."""
    return {"additionalProperties": False, **schema}
