"""The page loads nothing from elsewhere, breaks no policy, and logs no error."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from integration.page.browser import Browser

INJECTED = """
const script = document.createElement("script");
script.textContent = "window.injected = 1";
document.head.append(script);
"""
LINKS = """
const found = [...document.querySelectorAll("[src], [href]")];
return found.map((each) => each.getAttribute("src") ?? each.getAttribute("href"));
"""


def test_no_request_leaves_the_origin(browser: Browser, address: str, photos: Path) -> None:
    """Every request of the page goes to the app, or to a preview in the browser."""
    browser.choose(photos / "coffee.png", photos / "china.jpg")
    browser.answers(2)
    sent = [
        e["params"]["request"]["url"] for e in browser.events() if e["method"] == "Network.requestWillBeSent"
    ]
    own = [url for url in sent if url.startswith(address)]
    assert {urlsplit(url).path.rsplit("/", 1)[-1] for url in own} >= {
        "",
        "page.js",
        "page.css",
        "version",
        "predict",
    }
    assert [url for url in sent if url not in own and not url.startswith(f"blob:{address}")] == []


def test_the_page_breaks_no_policy_and_logs_nothing(browser: Browser, photos: Path) -> None:
    """No violation of the Content-Security-Policy, no warning and no error on the console."""
    browser.choose(photos / "coffee.png")
    browser.answers()
    browser.one("#clear").click()
    assert browser.run("return window.violations") == []
    assert browser.console() == []


def test_the_policy_is_enforced(desktop: Browser) -> None:
    """An inline script, as an attacker would inject it, does not run and is reported."""
    desktop.run(INJECTED)
    assert desktop.run("return window.injected") is None
    violations = desktop.wait("the violation", lambda: desktop.run("return window.violations"))
    assert violations == ["script-src-elem"]


def test_the_page_works_below_a_path(desktop: Browser, address: str, photos: Path) -> None:
    """All its URLs are relative to the page, so a proxy may serve it under any path."""
    links = desktop.run(LINKS)
    assert [link for link in links if link.startswith("/")] == []
    assert f"'{address}predict?top=5'" in desktop.run("return document.querySelector('code').textContent")
