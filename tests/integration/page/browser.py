"""Chromium with the page open: what a user does, and what the browser reports of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from integration.page.programs import browser

T = TypeVar("T")
WAIT_SECONDS = 30
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    # A camera with a moving picture, which the user allows to use.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
RECORD_VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


@dataclass(frozen=True)
class Viewport:
    """The size of a screen in CSS pixels; `touch` for a phone."""

    name: str
    width: int
    height: int
    touch: bool = False


DESKTOP = Viewport("desktop", 1280, 800)
PHONE = Viewport("phone", 360, 740, touch=True)


class Browser:
    """One browser window."""

    def __init__(self, driver: webdriver.Chrome, viewport: Viewport) -> None:
        self.driver = driver
        self.viewport = viewport
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=RECORD_VIOLATIONS)

    def cdp(self, command: str, **parameters: Any) -> Any:
        """Send a command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(command, parameters)

    def emulate(self, **features: str) -> None:
        """Set media features such as prefers_color_scheme, and remove those set before."""
        rows = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.cdp("Emulation.setEmulatedMedia", media="", features=rows)

    def open(self, url: str) -> None:
        """Open a page and wait for the name of its model. The logs begin with it."""
        self.driver.get("about:blank")
        self.console(), self.events()
        self.driver.get(url)
        self.wait("the model", lambda: self.text("#model").strip())

    def wait(self, what: str, probe: Callable[[], T]) -> T:
        """Return the first true value of `probe`; fail after WAIT_SECONDS."""
        waiting = WebDriverWait(self.driver, WAIT_SECONDS, 0.05)
        return waiting.until(lambda _: probe(), f"{what} did not appear; the page:\n{self.page_text}")

    def all(self, selector: str) -> list[WebElement]:
        """Return the elements of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """Return the first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return the visible text of an element."""
        return self.one(selector).text.replace("\xa0", " ")

    @property
    def page_text(self) -> str:
        """The visible text of the page."""
        return self.text("body")

    @property
    def announced(self) -> list[str]:
        """What a screen reader has read out, the oldest first."""
        return [each.get_attribute("textContent") or "" for each in self.all("#announcements p")]

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    def choose(self, *photos: Path, source: str = "#files") -> None:
        """Choose files in the file dialog."""
        self.one(source).send_keys("\n".join(map(str, photos)))

    def drop(self, *files: Path) -> None:
        """Drop files on the page, as from a file manager."""
        data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.cdp("Input.dispatchDragEvent", type=kind, x=100, y=100, data=data)

    def press(self, *keys: str) -> None:
        """Press keys, whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def press_with(self, modifier: str, key: str) -> None:
        """Press a key while another one is held down."""
        actions = webdriver.ActionChains(self.driver)
        actions.key_down(modifier).send_keys(key).key_up(modifier).perform()

    def answers(self, count: int = 1) -> list[str]:
        """Wait until `count` photos have their labels; return the best label of each, in the page's order."""
        best = ".labels li:first-child .text"
        found = self.wait(f"{count} answers", lambda: (f := self.all(best)) and len(f) == count and f)
        return [element.text for element in found or []]

    def failure(self) -> str:
        """Wait until a photo has failed; return the reason that its card shows."""
        return self.wait(
            "a failure", lambda: next((e.text for e in self.all(".failed:not(.busy) .state")), "")
        )

    def console(self) -> list[str]:
        """Return the warnings and errors on the console since the last call."""
        rows: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [row["message"] for row in rows if row["level"] in ("WARNING", "SEVERE")]

    def events(self) -> list[dict[str, Any]]:
        """Return the events of the DevTools Protocol since the last call."""
        rows: list[dict[str, str]] = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        return [json.loads(row["message"])["message"] for row in rows]

    def screenshot(self, target: Path) -> None:
        """Write a picture of the whole page, not only of the window."""
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        taken = self.cdp("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(base64.b64decode(taken["data"]))


@contextmanager
def chromium(viewport: Viewport, profile: Path) -> Iterator[Browser]:
    """Run Chromium without a window on a screen of this size, with a new profile."""
    program, driver_program = browser()
    options = webdriver.ChromeOptions()
    for argument in (
        *ARGUMENTS,
        f"--user-data-dir={profile}",
        f"--window-size={viewport.width},{viewport.height}",
    ):
        options.add_argument(argument)
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if viewport.touch:
        metrics = {"width": viewport.width, "height": viewport.height, "pixelRatio": 2.0, "touch": True}
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        if not viewport.touch:
            size = {"width": viewport.width, "height": viewport.height}
            driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1, "mobile": False}
            )
        yield Browser(driver, viewport)
    finally:
        driver.quit()
