"""The camera of a phone and that of a computer."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from integration.page.browser import Browser

CAMERA_IS_OFF = "return document.querySelector('video').srcObject === null"
REFUSE_CAMERA = """
const [name] = arguments;
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", name); };
"""


def test_the_camera_gives_a_photo(browser: Browser, photos: Path) -> None:
    """A phone opens its camera; a desktop has only the file dialog."""
    camera = browser.one("#camera")
    assert camera.get_attribute("capture") == "environment"
    shown = browser.run("return getComputedStyle(arguments[0]).display !== 'none'", camera)
    assert shown == browser.viewport.touch
    if shown:
        browser.choose(photos / "flower.jpg", source="#camera")
        assert browser.answers() == ["daisy"]


def test_the_camera_of_a_computer_gives_a_photo(desktop: Browser) -> None:
    """Its picture is in a dialog; the keyboard takes the photo, and the camera is then switched off."""
    desktop.wait("the button", lambda: desktop.one("#open-camera").is_displayed())
    desktop.one("#open-camera").send_keys(Keys.ENTER)
    playing = "return document.querySelector('video').videoWidth"
    assert desktop.wait("the picture", lambda: desktop.run(playing)) > 0
    desktop.press(Keys.ENTER)
    assert desktop.answers()
    assert desktop.text(".name") == "Camera photo 1.jpg"
    # The browser reports the end of a dialog a moment after it.
    desktop.wait("the end of the camera", lambda: desktop.run(CAMERA_IS_OFF))
    assert desktop.run("return document.activeElement.id") == "open-camera"


def test_a_closed_camera_gives_nothing(desktop: Browser) -> None:
    """Escape closes the dialog and switches the camera off."""
    desktop.wait("the button", lambda: desktop.one("#open-camera").is_displayed())
    desktop.one("#open-camera").click()
    desktop.wait("the picture", lambda: desktop.run("return document.querySelector('video').videoWidth"))
    desktop.press(Keys.ESCAPE)
    # The browser reports the end of a dialog a moment after it.
    desktop.wait("the end of the camera", lambda: desktop.run(CAMERA_IS_OFF))
    assert desktop.all(".card") == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "The browser does not allow this page to use the camera."),
        ("NotReadableError", "The camera cannot be used; another program may be using it."),
    ],
)
def test_a_camera_that_cannot_be_used_is_explained(desktop: Browser, error: str, words: str) -> None:
    """The user is shown what to do instead; here the browser refuses the camera."""
    desktop.run(REFUSE_CAMERA, error)
    desktop.wait("the button", lambda: desktop.one("#open-camera").is_displayed())
    desktop.one("#open-camera").click()
    desktop.wait("the notice", lambda: desktop.text("#notice").startswith(words))
    assert not desktop.one("#viewfinder").is_displayed()
