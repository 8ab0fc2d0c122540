"""The reference page of the HTTP API agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from classifier import config
from classifier.openapi.document import openapi_document

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGE = (REFERENCE / "http.md").read_text()
PROTOCOL = (REFERENCE / "inference-protocol.md").read_text()


def test_page_lists_every_route(app: Flask) -> None:
    """The page names every route of the app with its method, and no other route."""
    methods = {path: set(item) for path, item in openapi_document(app, "")["paths"].items()}
    named = {
        (path.replace("<", "{").replace(">", "}"), method.lower())
        for cell in re.findall(r"^\| (`(?:GET|POST) /.*?) \|", PAGE, re.M)
        for method, path in routes_in(cell)
    }
    assert named == {(path, method) for path, methods in methods.items() for method in methods}


def routes_in(cell: str) -> list[tuple[str, str]]:
    """Return method and path of each route in a cell; a route without method has that of the one before."""
    found, method = [], ""
    for given, path in re.findall(r"`(?:(GET|POST) )?(/[^`]*)`", cell):
        method = given or method
        found.append((method, path))
    return found


def test_page_lists_every_status_of_an_error(app: Flask) -> None:
    """The tables have the statuses of the OpenAPI document, and those of a request to no operation."""
    operations = [each for item in openapi_document(app, "")["paths"].values() for each in item.values()]
    documented = {status for each in operations for status in each["responses"] if int(status) >= 400}
    rows = re.findall(r"^\| (\d{3}(?:, \d{3})*) \|", PAGE, re.M)
    assert {status for row in rows for status in row.split(", ")} == documented | {"404", "405"}


def test_page_names_every_member_header_and_parameter(app: Flask) -> None:
    """What a client reads and sends is on the page."""
    document = openapi_document(app, "")
    schemas = document["components"]["schemas"]
    members = {name for each in schemas.values() for name in each["properties"]}
    names = {*members, *document["components"]["headers"]}
    assert {name for name in names if not re.search(rf"[`\"]{name}[`\"]", PAGE + PROTOCOL)} == set()
    parameters = [
        each for item in document["paths"].values() for one in item.values() for each in one["parameters"]
    ]
    assert {
        each["name"] for each in parameters if each["in"] == "query" and each["name"] not in PAGE
    } == set()


def test_page_lists_every_environment_variable() -> None:
    """The page names every environment variable that the app or the server reads, except two of the image."""
    server = Path(config.__file__).parent / "server"
    source = "".join(path.read_text() for path in (Path(config.__file__), server / "settings.py"))
    read = set(re.findall(r"[\"\']((?:APP|SEATRIAL)_[A-Z_]+|PORT)[\"\']", source))
    assert read - set(re.findall(r"`([A-Z_]+)`", PAGE)) == {"APP_MODEL_DIR", "APP_COMMIT"}
