"""The documentation page: the OpenAPI document as HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from classifier.openapi.operation import HOST

FILES = Path(__file__).parent / "assets"
STYLE = (FILES / "page.css").read_text()
SCRIPT = (FILES / "page.js").read_text()
HOST_URL = re.compile(r"https?://[\w.:\[\]-]+/")


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {_source(STYLE)}; script-src {_source(SCRIPT)}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the page: its own style and script, requests to this app, nothing else."""


def page(document: dict[str, Any], host_url: str) -> str:
    """Return the page for an OpenAPI document, with shell commands for the address `host_url`."""
    address = host_url.rstrip("/") if HOST_URL.fullmatch(host_url) else HOST
    return (
        _environment(document, address)
        .get_template("page.html")
        .render(document=document, style=STYLE, script=SCRIPT)
    )


def _environment(document: dict[str, Any], address: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = _pretty
    environment.filters["here"] = lambda command: command.replace(HOST, address)
    environment.filters["resolved"] = lambda schema: _resolved(document, schema)
    environment.filters["type_name"] = _type_name
    return environment


def _pretty(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the component that a schema refers to, or the schema itself."""
    if "$ref" not in schema:
        return schema
    component: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return component


def _type_name(schema: dict[str, Any]) -> str:
    """Return the type of a member in a few words, for example `list of LabelProbability`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type_name(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(json.dumps(each) for each in schema["enum"])
    if "prefixItems" in schema:
        return f"[{', '.join(_type_name(each) for each in schema['prefixItems'])}]"
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type_name(schema.get('items', {}))}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
