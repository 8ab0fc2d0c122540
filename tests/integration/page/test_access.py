"""The page for everybody: axe-core, keyboard, screen reader, narrow screens, reduced motion."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from integration.page.browser import Browser
from integration.page.programs import axe

FOCUS = (
    "const e = document.activeElement; return e.getAttribute('aria-label') || e.textContent.trim() || e.id"
)
RUN_AXE = """
const done = arguments[0];
axe.run({ resultTypes: ["violations"] }).then((found) => done(found.violations.map(
    (each) => each.id + ": " + each.nodes.map((node) => node.target.join(" ")).join(", ")
)));
"""
# A card hides what is wider, so the width of the page does not show it.
CLIPPED = """
const outside = (element) => element.getBoundingClientRect().right > innerWidth - 16.5;
return [...document.querySelectorAll(".card *")].filter(outside).map((each) => each.className);
"""
NARROWEST = 320


def violations(browser: Browser) -> list[str]:
    """Return every rule of axe-core that the page breaks, with the elements."""
    browser.run(axe())
    found: list[str] = browser.driver.execute_async_script(RUN_AXE)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, photos: Path, tmp_path: Path, screenshots: Path, scheme: str
) -> None:
    """No violation of any rule: on the empty page, with one photo, and with answers beside a failure."""
    browser.emulate(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    name = f"{browser.viewport.name}-{scheme}"
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")

    browser.screenshot(screenshots / f"{name}-empty.png")
    assert violations(browser) == []
    browser.choose(photos / "coffee.png")
    browser.answers(1)
    browser.screenshot(screenshots / f"{name}-one.png")
    assert violations(browser) == []
    browser.choose(photos / "china.jpg", tmp_path / "report.pdf", photos / "flower.jpg")
    browser.answers(3)
    browser.failure()
    browser.one("summary").click()
    browser.screenshot(screenshots / f"{name}-several.png")
    assert violations(browser) == []


def test_axe_finds_a_planted_fault(desktop: Browser) -> None:
    """The check is able to fail: a picture without a text, and text without contrast."""
    desktop.run("document.querySelector('main').append(document.createElement('img'))")
    desktop.run(
        "document.querySelector('#formats').style.color = getComputedStyle(document.body).backgroundColor"
    )
    assert [each.split(":")[0] for each in violations(desktop)] == ["color-contrast", "image-alt"]


def test_the_scheme_follows_the_system(desktop: Browser) -> None:
    """Dark text on a light ground, or light text on a dark one."""
    ground = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"
    assert desktop.run(ground) > 200
    desktop.emulate(prefers_color_scheme="dark")
    assert desktop.run(ground) < 50


def test_the_keyboard_alone_is_enough(desktop: Browser, photos: Path) -> None:
    """Tab, Enter and Space: choose photos, remove one, remove all; the focus is never lost."""
    desktop.cdp("Page.setInterceptFileChooserDialog", enabled=True)
    desktop.press(Keys.TAB)
    assert desktop.run(FOCUS) == "files"
    outline = "return getComputedStyle(document.querySelector('label[for=files]')).outlineStyle"
    assert desktop.run(outline) == "solid"
    desktop.press(Keys.SPACE)
    _choose_in_dialog(desktop, photos / "coffee.png", photos / "rocket.jpg")
    assert desktop.answers(2) == ["espresso", "missile"]

    desktop.press(Keys.TAB, Keys.TAB, Keys.TAB)
    assert desktop.run(FOCUS) == "Remove coffee.png"
    desktop.press(Keys.ENTER)
    assert desktop.answers(1) == ["missile"]
    assert desktop.run(FOCUS) == "Remove rocket.jpg"
    desktop.press_with(Keys.SHIFT, Keys.TAB)
    assert desktop.run(FOCUS) == "Remove all"
    desktop.press(Keys.ENTER)
    assert desktop.all(".card") == []
    assert desktop.run(FOCUS) == "files"


def _choose_in_dialog(browser: Browser, *photos: Path) -> None:
    def dialog() -> int:
        opened = [e["params"] for e in browser.events() if e["method"] == "Page.fileChooserOpened"]
        return int(opened[0]["backendNodeId"]) if opened else 0

    node = browser.wait("the file dialog", dialog)
    browser.cdp("Page.setInterceptFileChooserDialog", enabled=False)
    browser.cdp("DOM.setFileInputFiles", files=[str(photo) for photo in photos], backendNodeId=node)


def test_a_screen_reader_announces_every_result(desktop: Browser, photos: Path, tmp_path: Path) -> None:
    """A live region has one short line for each result, failures included."""
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    desktop.choose(photos / "coffee.png", tmp_path / "report.pdf")
    desktop.answers(1)
    desktop.failure()
    region = desktop.one("#announcements")
    assert (region.aria_role, region.get_attribute("aria-live")) == ("log", "polite")
    lines = sorted(desktop.announced)
    assert lines[0].startswith("coffee.png: espresso, 95.")
    assert lines[1].startswith("report.pdf: This is not a photo")


def test_the_headings_are_an_outline(desktop: Browser, photos: Path) -> None:
    """One title, two sections, a heading for each photo."""
    desktop.choose(photos / "coffee.png")
    desktop.answers()
    shown = [each.tag_name for each in desktop.all("h1, h2, h3") if each.is_displayed()]
    assert [name.upper() for name in shown] == ["H1", "H2", "H2", "H3"]


@pytest.mark.parametrize("width", [360, NARROWEST])
def test_nothing_is_wider_than_a_narrow_screen(
    phone_window: Browser, address: str, photos: Path, width: int
) -> None:
    """No sideways scrolling, also with long names."""
    phone_window.open(address)
    metrics = {"width": width, "height": 640, "deviceScaleFactor": 2, "mobile": True}
    phone_window.cdp("Emulation.setDeviceMetricsOverride", **metrics)
    phone_window.choose(photos / "coffee.png")
    phone_window.answers()
    phone_window.run("document.querySelector('.name').textContent = 'x'.repeat(200) + '.jpg'")
    phone_window.run("document.querySelector('.text').textContent = 'pneumono'.repeat(20)")
    phone_window.one("summary").click()
    assert phone_window.run("return document.documentElement.scrollWidth") == width
    assert phone_window.run(CLIPPED) == []
    phone = phone_window.viewport
    metrics = {"width": phone.width, "height": phone.height, "deviceScaleFactor": 2, "mobile": True}
    phone_window.cdp("Emulation.setDeviceMetricsOverride", **metrics)


def test_targets_are_large_enough_for_a_finger(phone_window: Browser, address: str, photos: Path) -> None:
    """Every button is at least 40 CSS pixels high."""
    phone_window.open(address)
    phone_window.choose(photos / "coffee.png")
    phone_window.answers()
    shown = [each for each in phone_window.all("button, label.button") if each.is_displayed()]
    assert len(shown) == 4
    assert min(each.rect["height"] for each in shown) >= 40


def test_nothing_moves_where_the_system_asks_for_that(desktop: Browser) -> None:
    """`prefers-reduced-motion` ends animations and transitions."""
    desktop.emulate(prefers_reduced_motion="reduce")
    script = "return getComputedStyle(document.querySelector('.button')).transitionProperty"
    moving = "return getComputedStyle(document.querySelector('.button')).transitionDuration"
    assert (desktop.run(script), desktop.run(moving)) in [("none", "0s"), ("all", "0s")]
