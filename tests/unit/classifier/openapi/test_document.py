"""`GET /openapi.json`: the document is valid, complete, and has real examples."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from app_process import serve
from classifier.app import create_app
from classifier.config import Config
from classifier.openapi.classification import EXAMPLE_PHOTO
from classifier.openapi.document import HEADERS, documented_routes, openapi_document, path_of, routes
from classifier.openapi.operation import HOST
from colours import photo
from unit.classifier.documented_client import DocumentedClient, errors

SOURCES = Path(__file__).parents[4] / "src" / "classifier"
# Members of a response that differ from request to request.
TIMES = re.compile(r'"\w+_ms": [\d.]+|Computed in [\d.]+ ms')


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The document that the app serves."""
    return client.get("/openapi.json").json


def undocumented(app: Flask) -> list[str]:
    """Return the routes that have no operation or no summary."""
    known = {(rule.rule, method) for rule, method, view, _ in documented_routes(app) if view.__doc__}
    return [f"{method} {rule.rule}" for rule, method, _ in routes(app) if (rule.rule, method) not in known]


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations by `METHOD path`."""
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    """It is valid by the schema of OpenAPI 3.1, with every example and default."""
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_validator_refuses_a_broken_document(document: dict[str, Any]) -> None:
    """A response without a description is reported."""
    del document["paths"]["/version"]["get"]["responses"]["200"]["description"]
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] != []


def test_every_route_is_documented(app: Flask) -> None:
    """Each route has an operation, and its view a docstring."""
    assert undocumented(app) == []


def test_a_route_without_operation_is_reported(app: Flask) -> None:
    """The test above names a planted route, and the document does not have it."""
    app.get("/planted")(lambda: "ok")
    assert undocumented(app) == ["GET /planted"]
    assert "/planted" not in openapi_document(app, "")["paths"]


def test_a_response_that_is_not_documented_fails_the_tests_of_the_routes(app: Flask) -> None:
    """The client of all tests refuses a member, a status and a media type that the document does not have."""
    client = DocumentedClient(app)
    client.get("/version")
    for changed in (
        lambda document: document["components"]["schemas"]["VersionResponse"]["properties"].pop("app"),
        lambda document: document["paths"]["/version"]["get"]["responses"].pop("200"),
        lambda document: document["paths"]["/version"]["get"]["responses"]["200"]["content"].clear(),
        lambda document: document["paths"].pop("/version"),
        lambda document: document["components"]["schemas"]["Frameworks"]["required"].append("torch"),
    ):
        client.document = openapi_document(app, "")
        changed(client.document)
        with pytest.raises(AssertionError):
            client.get("/version")


def test_every_status_that_the_source_raises_is_documented(document: dict[str, Any]) -> None:
    """Each status of a RequestError in the source is one of the document's."""
    raised = {
        status
        for path in SOURCES.rglob("*.py")
        for status in re.findall(r"(?:RequestError|RefusalError|problem)\(\s*(\d{3})", path.read_text())
    }
    assert raised
    assert raised <= {status for each in operations(document).values() for status in each["responses"]}


def test_every_response_has_the_headers_of_the_app(document: dict[str, Any]) -> None:
    """Model, release and request are in the headers of each response."""
    responses = [
        each for operation in operations(document).values() for each in operation["responses"].values()
    ]
    for response in (*responses, *document["components"]["responses"].values()):
        assert "$ref" in response or set(response["headers"]) >= set(HEADERS)


def test_every_operation_has_an_id_of_its_own(document: dict[str, Any]) -> None:
    """Generated clients name their functions by it."""
    names = [each["operationId"] for each in operations(document).values()]
    assert len(names) == len(set(names))


def test_examples_are_real(client: FlaskClient, document: dict[str, Any]) -> None:
    """The example photo gets the documented response, apart from its times."""
    score, predict = document["paths"]["/score"]["post"], document["paths"]["/predict"]["post"]
    request = score["requestBody"]["content"]["application/json"]["example"]
    assert json.loads(request["input"]) == [base64.b64encode(EXAMPLE_PHOTO).decode()]
    for operation, response in (
        (score, client.post("/score", json=request)),
        (predict, client.post("/predict", data=EXAMPLE_PHOTO, content_type="image/png")),
        (document["paths"]["/version"]["get"], client.get("/version")),
    ):
        example = operation["responses"]["200"]["content"]["application/json"]["example"]
        assert TIMES.sub("", json.dumps(response.json)) == TIMES.sub("", json.dumps(example))


def test_examples_are_valid(document: dict[str, Any]) -> None:
    """Each example has the members of its schema, and no other."""
    contents = [
        content
        for operation in operations(document).values()
        for body in (operation["responses"]["200"], operation.get("requestBody", {"content": {}}))
        for content in body.get("content", {}).values()
        if "example" in content
    ]
    assert len(contents) > 5
    assert [errors(document, each["schema"], each["example"]) for each in contents if "example" in each] == [
        [] for _ in contents
    ]


def test_every_process_has_the_same_document(config: Config, document: dict[str, Any]) -> None:
    """The workers of one release serve the same bytes."""
    assert json.dumps(create_app(config).test_client().get("/openapi.json").json) == json.dumps(document)


def test_every_shell_command_of_the_document_works(model_dir: Path, tmp_path: Path) -> None:
    """A reader can copy each command; with `photo.jpg` it gets status 200 of the app's own server process."""
    (tmp_path / "photo.jpg").write_bytes(photo("red"))
    with serve(model_dir, tmp_path) as server:
        app = create_app(Config(model_dir=model_dir))
        samples = [each for *_, operation in documented_routes(app) for each in operation.samples.values()]
        assert len(samples) > 3
        for sample in samples:
            command = sample.replace(HOST, server.url)
            done = subprocess.run(
                ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"
            assert json.loads(done.stdout)


def test_a_parameter_of_a_path_is_one_of_the_operation(app: Flask) -> None:
    """Flask's converters do not appear in the document."""
    app.get("/planted/<int:size>/<name>")(lambda **_: "ok")
    (rule,) = [rule for rule, *_ in routes(app) if rule.rule.startswith("/planted")]
    assert path_of(rule) == "/planted/{size}/{name}"
