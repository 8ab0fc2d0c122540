"""When the page offers to send a smaller copy of a photo that the service refused."""

from __future__ import annotations

from pathlib import Path

from integration.page.browser import Browser
from integration.page.serving import ScriptedAnswers


def test_a_photo_with_too_many_pixels_may_be_sent_smaller(
    desktop: Browser, app: ScriptedAnswers, photos: Path
) -> None:
    """The `type` of the error shows that a smaller copy helps, whatever its words are."""
    kind = "/docs#image-too-large"
    app.add("400 Bad Request", body={"type": kind, "error": "other words"})
    desktop.choose(photos / "coffee.png")
    assert desktop.failure() == "Other words."
    desktop.one(".smaller").click()
    assert desktop.answers() == ["espresso"]


def test_a_smaller_copy_may_help(desktop: Browser, app: ScriptedAnswers, photos: Path) -> None:
    """A proxy may have a lower limit than the app: the user can send a smaller copy."""
    app.add("413 Content Too Large", body=b"<html>413</html>")
    desktop.choose(photos / "coffee.png")
    assert desktop.failure() == "The photo is too large for the service. Send a smaller one."
    desktop.one(".smaller").click()
    assert desktop.answers() == ["espresso"]
    assert "because the service refused the original" in desktop.text(".remark")


def test_a_photo_that_took_too_long_may_be_sent_smaller(
    desktop: Browser, app: ScriptedAnswers, photos: Path
) -> None:
    """On a slow connection, the original again or a smaller copy."""
    app.add("408 Request Timeout", body=b"")
    desktop.choose(photos / "coffee.png")
    assert desktop.failure() == "The photo took too long to arrive. Send a smaller copy."
    assert desktop.one(".again").is_displayed()
    desktop.one(".smaller").click()
    assert desktop.answers() == ["espresso"]
