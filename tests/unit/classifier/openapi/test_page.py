"""`GET /docs`: the documentation page."""

from __future__ import annotations

import base64
import hashlib
import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from classifier.openapi.document import openapi_document
from classifier.openapi.page import page, page_at
from classifier.routes import docs


@pytest.fixture
def text(client: FlaskClient) -> str:
    """The page as the app serves it."""
    return client.get("/docs").text


def test_the_page_can_be_read_without_its_script(app: Flask, text: str) -> None:
    """Every operation, status, member, header and example is in the HTML."""
    read = html.unescape(re.sub(r"<script>.*</script>", "", text, flags=re.S))
    document = openapi_document(app, "")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f"<b>{method.upper()}</b>{path}</h2>" in read
            assert operation["summary"].replace("`", "") in re.sub(r"</?code>", "", read)
            assert [status for status in operation["responses"] if f">{status}</th>" not in read] == []
    members = [name for each in document["components"]["schemas"].values() for name in each["properties"]]
    assert [name for name in members if f"<code>{name}</code>" not in read] == []
    assert [name for name in document["components"]["headers"] if name not in read] == []


def test_the_policy_allows_the_style_and_the_script_of_the_page_only(client: FlaskClient) -> None:
    """Their hashes are those of the policy; nothing is loaded from elsewhere."""
    response = client.get("/docs")
    policy = response.headers["Content-Security-Policy"]
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", response.text, re.S)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_names_no_outside_host(text: str) -> None:
    """Every address on it is one of this app."""
    assert set(re.findall(r"https?://([^/\s'\"&<]+)", text)) == {"localhost"}
    assert re.findall(r"(?:src|href)=\"(?!#|openapi\.json)", text) == []


def test_commands_have_the_address_at_which_the_page_was_read(client: FlaskClient) -> None:
    """A reader can copy a command unchanged."""
    text = client.get("/docs", base_url="http://10.1.2.3:8080").text
    assert "http://10.1.2.3:8080/predict" in text
    assert "localhost" not in text


def test_the_page_is_rendered_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests for it, with any address, take no time from the probes on the same port."""
    first = client.get("/docs").text
    monkeypatch.setattr(docs, "page", None)
    assert client.get("/docs").text == first
    assert "http://10.1.2.3/predict" in client.get("/docs", base_url="http://10.1.2.3").text


@pytest.mark.parametrize("host_url", ["http://a;rm -rf b/", "http://$(id)/", "http://`id`/", "http://a'/"])
def test_a_host_that_a_shell_would_execute_is_not_in_a_command(app: Flask, host_url: str) -> None:
    """Commands then have the address of `make run`'s container."""
    text = html.unescape(page_at(page(openapi_document(app, "")), host_url))
    assert host_url not in text
    assert "http://localhost:8080/predict" in text


def test_labels_of_a_model_are_escaped(app: Flask) -> None:
    """HTML in a label is text on the page."""
    document = openapi_document(app, "")
    content = document["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]
    content["example"]["predictions"][0]["label"] = "<script>alert(1)</script>"
    assert "<script>alert" not in page(document)


def test_the_page_names_the_program_form_of_the_document(client: FlaskClient, text: str) -> None:
    """Its link leads to the document."""
    assert 'href="openapi.json"' in text
    assert client.get("/openapi.json").mimetype == "application/json"
