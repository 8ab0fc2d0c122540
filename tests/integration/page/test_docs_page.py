"""`/docs` in Chromium: readable on every screen, by everybody, and its forms send requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.remote.webelement import WebElement

from integration.page.browser import Browser
from integration.page.test_access import violations

LINES = """
const lines = (node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return new Set([...range.getClientRects()].map((each) => Math.round(each.top))).size;
};
"""
DIVIDED = f"""{LINES}
const cells = [...document.querySelectorAll("th[scope=row] + td:not(:last-child)")];
const divided = cells.filter((cell) => /^\\w+$/.test(cell.textContent) && lines(cell) > 1);
return divided.map((cell) => cell.textContent);
"""
ABOVE = """
const methods = [...document.querySelectorAll("nav b, h2 b")];
return methods.filter((method) => {
  const path = document.createRange();
  path.selectNode(method.nextSibling);
  return path.getClientRects()[0].top >= method.getBoundingClientRect().bottom;
}).map((method) => method.parentElement.textContent);
"""


@pytest.fixture(params=["desktop_window", "phone_window"])
def docs(request: pytest.FixtureRequest, address: str) -> Iterator[Browser]:
    """The documentation page on a desktop and on a phone, just opened."""
    window: Browser = request.getfixturevalue(request.param)
    window.emulate(prefers_color_scheme="light")
    window.console()
    window.driver.get(f"{address}/docs")
    yield window
    assert window.run("return window.violations") == []
    assert window.console() == []


def form(docs: Browser, operation: str) -> WebElement:
    """Return the form of an operation."""
    return docs.one(f"#{operation} form")


def send(docs: Browser, operation: str) -> str:
    """Press the button of an operation; return the response that is shown."""
    docs.run("arguments[0].click()", form(docs, operation).find_element("css selector", "button"))
    return docs.wait("a response", lambda: docs.text(f"#{operation} output"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(docs: Browser, screenshots: Path, scheme: str) -> None:
    """No violation of any rule, and no content wider than the screen."""
    docs.emulate(prefers_color_scheme=scheme)
    docs.screenshot(screenshots / f"docs-{docs.viewport.name}-{scheme}.png")
    assert violations(docs) == []
    assert docs.run("return document.documentElement.scrollWidth") <= docs.viewport.width


def test_a_form_sends_the_request_that_it_shows(docs: Browser, photos: Path) -> None:
    """Without a body, with the example in JSON, and with a photo and a parameter."""
    assert '"onnxruntime"' in send(docs, "get_version")
    assert "200 OK" in send(docs, "post_score")
    form(docs, "post_predict").find_element("name", "file").send_keys(str(photos / "coffee.png"))
    form(docs, "post_predict").find_element("name", "top").send_keys("1")
    assert '"label": "espresso"' in send(docs, "post_predict")


def test_a_form_of_a_path_with_names_has_the_names_of_the_model(docs: Browser) -> None:
    """A reader can send the example of the inference protocol without typing."""
    assert '"model_version"' in send(docs, "post_v2_models_name_infer")


def test_words_and_rows_are_whole(desktop_window: Browser, address: str) -> None:
    """At 1280 px no type of one word is divided, a method stands beside its path, `/predict` is first."""
    desktop_window.driver.get(f"{address}/docs")
    assert desktop_window.run(DIVIDED) == []
    assert desktop_window.run(ABOVE) == []
    assert desktop_window.text("nav li a").split() == ["POST", "/predict"]
