"""The documentation page: the OpenAPI document as HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from classifier.openapi.operation import HOST

FILES = Path(__file__).parent / "assets"
STYLE = (FILES / "page.css").read_text()
SCRIPT = (FILES / "page.js").read_text()
WIDTH = 72
HOST_URL = re.compile(r"https?://[\w.:\[\]-]+/")


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {_source(STYLE)}; script-src {_source(SCRIPT)}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the page: its own style and script, requests to this app, nothing else."""


def page(document: dict[str, Any]) -> str:
    """Return the page for an OpenAPI document, with shell commands for the address HOST."""
    return _environment().get_template("page.html").render(document=document, style=STYLE, script=SCRIPT)


def page_at(text: str, host_url: str) -> str:
    """Return the page `text` with shell commands for the address `host_url`."""
    return text.replace(HOST, host_url.rstrip("/")) if HOST_URL.fullmatch(host_url) else text


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = lambda value: value if isinstance(value, str) else pretty(value)
    environment.filters["prose"] = _prose
    environment.filters["type_name"] = _type_name
    return environment


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


def _prose(text: str) -> Markup:
    """Return text as HTML, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped above


def pretty(value: object, indent: str = "") -> str:
    """Return JSON in which a list or object that fits in WIDTH characters is on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not isinstance(value, dict | list):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(name)}: {pretty(each, inner)}" for name, each in value.items()]
        return "{\n" + ",\n".join(inner + item for item in items) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + pretty(each, inner) for each in value) + f"\n{indent}]"
