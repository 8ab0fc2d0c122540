"""What the page shows a user who gets no labels, and how to go on."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from PIL import Image

from classifier.app import create_app
from classifier.config import Config
from integration.page.browser import Browser
from integration.page.serving import LOOPBACK, ScriptedAnswers, serving

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
WITHOUT_REQUEST = {
    "photo.heic": (
        HEIC,
        "This is a HEIC photo, which this browser cannot open. Save it as JPEG; on an iPhone: Settings, "
        "Camera, Formats, Most Compatible.",
    ),
    "report.pdf": (
        b"%PDF-1.7",
        "This is not a photo that the browser can open. Choose a JPEG, PNG or WebP photo.",
    ),
    "empty.jpg": (b"", "The file is empty. Choose another one."),
}
TOO_LARGE = "The browser cannot make a copy of this photo that is small enough. Choose another one."
BUSY = "The service has too much to do at the moment. Try again later."


@pytest.mark.parametrize("name", WITHOUT_REQUEST)
def test_a_file_that_nobody_can_read_is_not_sent(
    browser: Browser, app: ScriptedAnswers, tmp_path: Path, name: str
) -> None:
    """The card shows the reason and what to do; no request is made."""
    content, words = WITHOUT_REQUEST[name]
    (tmp_path / name).write_bytes(content)
    browser.choose(tmp_path / name)
    assert browser.failure() == words
    assert app.types == []


def test_a_damaged_photo_shows_the_words_of_the_service(
    desktop: Browser, photos: Path, tmp_path: Path
) -> None:
    """`error` and `detail` of the problem, as sentences."""
    (tmp_path / "half.png").write_bytes((photos / "coffee.png").read_bytes()[:100_000])
    desktop.choose(tmp_path / "half.png")
    words = desktop.failure()
    assert words.startswith("The image cannot be decoded: ")
    assert words.endswith(". Send the complete file.")
    # The browser shows half of the photo: a copy of that would get a confident answer.
    assert not desktop.one(".smaller").is_displayed()


def test_one_failure_does_not_stop_the_others(desktop: Browser, photos: Path, tmp_path: Path) -> None:
    """Each photo has its own result."""
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a photo")
    desktop.choose(photos / "coffee.png", tmp_path / "bad.jpg", photos / "rocket.jpg")
    assert desktop.answers(2) == ["espresso", "missile"]
    assert desktop.failure()
    assert len(desktop.all(".card")) == 3


def test_a_busy_service_is_asked_again(desktop: Browser, app: ScriptedAnswers, photos: Path) -> None:
    """The page waits for the time in `Retry-After`, and shows that."""
    app.add("503 Service Unavailable", {"Retry-After": "1"}, {"error": "the queue is full"})
    app.add("429 Too Many Requests", {"Retry-After": "1"}, {"error": "too many requests"})
    desktop.choose(photos / "coffee.png")
    desktop.wait("the wait", lambda: waits(desktop.announced) == 2)
    assert desktop.answers() == ["espresso"]
    assert len(app.types) == 3


def waits(announced: list[str]) -> int:
    """Return how often the page has announced that it waits for a second."""
    return announced.count("coffee.png: The service is busy. Trying again in 1 s")


def test_a_long_wait_is_left_to_the_user(desktop: Browser, app: ScriptedAnswers, photos: Path) -> None:
    """With a `Retry-After` over 30 s the page does not wait; a button sends the photo again."""
    app.add("503 Service Unavailable", {"Retry-After": "600"}, {"error": "the queue is full"})
    desktop.choose(photos / "coffee.png")
    assert desktop.failure() == BUSY
    desktop.one(".again").click()
    assert desktop.answers() == ["espresso"]
    assert desktop.all(".failed") == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            "500 Internal Server Error",
            {"error": "internal error", "detail": "retry"},
            "Internal error. Retry.",
        ),
        (
            "502 Bad Gateway",
            b"<h1>Bad gateway</h1>",
            "The service is not available at the moment. Try again later.",
        ),
        ("504 Gateway Timeout", b"", "The service did not answer in time. Try again."),
        ("418 I'm a teapot", b"<p>tea", "The service answered with status 418. Try again later."),
        (
            "415 Unsupported Media Type",
            b"",
            "The service does not accept this kind of file. Send a JPEG, PNG or WebP photo.",
        ),
        ("400 Bad Request", {"error": "<b>bad</b>"}, "<b>bad</b>."),
    ],
)
def test_every_error_has_words(
    desktop: Browser, app: ScriptedAnswers, photos: Path, status: str, body: object, words: str
) -> None:
    """Problems of the app, and pages of a proxy in front of it; markup is shown as text."""
    app.add(status, body=body)
    desktop.choose(photos / "coffee.png")
    assert desktop.failure() == words
    assert desktop.one(".again").is_displayed() == (status[0] == "5")


def test_a_photo_over_the_limit_of_the_app_is_made_smaller(
    desktop: Browser, example: Path, photos: Path
) -> None:
    """The limit is that of the app that served the page."""
    small = create_app(Config(model_dir=example / "model", max_body=150_000))
    with serving(small) as url:
        desktop.open(url)
        assert "up to 146 KiB" in desktop.text("#formats")
        desktop.choose(photos / "coffee.png")
        assert desktop.answers() == ["espresso"]
        assert desktop.text(".remark").endswith("because the limit is 146 KiB.")


def test_a_photo_that_cannot_be_made_small_enough_is_refused(
    desktop: Browser, example: Path, tmp_path: Path
) -> None:
    """A limit below every copy ends in words, not in an endless loop."""
    Image.frombytes("RGB", (400, 400), os.urandom(480_000)).save(tmp_path / "noise.png")
    with serving(create_app(Config(model_dir=example / "model", max_body=2_000))) as url:
        desktop.open(url)
        desktop.choose(tmp_path / "noise.png")
        assert desktop.failure().startswith(
            "The browser cannot make a copy of this photo that is small enough."
        )


def test_a_service_that_is_gone_and_comes_back(desktop: Browser, example: Path, photos: Path) -> None:
    """Without a connection the page shows that, keeps the photo, and sends it again on request."""
    gone = "The service cannot be reached. Check your connection."
    application = create_app(Config(model_dir=example / "model"))
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with serving(application, port) as url:
        desktop.open(url)
    desktop.choose(photos / "coffee.png")
    assert desktop.failure() == gone
    desktop.one(".again").click()
    desktop.wait("the second failure", lambda: desktop.announced.count(f"coffee.png: {gone}") == 2)
    with serving(application, port):
        desktop.one(".again").click()
        assert desktop.answers() == ["espresso"]
