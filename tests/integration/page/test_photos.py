"""Every way to give a photo, and what the page shows of the answer."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver.common.keys import Keys

from classifier.app import create_app
from classifier.config import Config
from integration.page.browser import Browser
from integration.page.serving import ScriptedAnswers, serving
from networks import labels, photo, write_model

COPY_TO_CLIPBOARD = """
const done = arguments[0];
const canvas = document.createElement("canvas");
canvas.getContext("2d").drawImage(document.querySelector(".frame img"), 0, 0, 300, 150);
const write = (blob) => navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
canvas.toBlob((blob) => write(blob).then(() => done(true), done));
"""
GOLDEN = {"coffee.png": "espresso", "china.jpg": "palace", "rocket.jpg": "missile", "flower.jpg": "daisy"}


def test_a_chosen_photo_gets_its_labels(browser: Browser, photos: Path) -> None:
    """Preview, five labels with percentages, the times, and the model that gave them."""
    browser.choose(photos / "coffee.png")
    assert browser.answers() == ["espresso"]
    percents = [float(each.text.strip("<% ")) for each in browser.all(".labels .percent")]
    assert len(percents) == 5
    assert percents[0] > 90
    assert percents == sorted(percents, reverse=True)
    assert re.fullmatch(
        r"[\d.]+ m?s on the server: reading [\d.]+ m?s, computing [\d.]+ m?s. With the transfer [\d.]+ m?s.",
        browser.text(".times"),
    )
    assert browser.one(".frame img").get_attribute("alt") == "Preview of coffee.png"
    assert browser.run("return document.querySelector('.frame img').naturalWidth") > 0
    assert browser.text("#model") == "Answers by efficientnet-lite0 1.0.0"
    assert browser.text("#facts").split("\n") == [
        *["Model", "efficientnet-lite0 1.0.0"],
        *["Digest", "sha256:fadac2194b2e"],
        *["Release", "staging-4"],
    ]


def test_the_longest_bar_is_that_of_the_best_label(desktop: Browser, photos: Path) -> None:
    """A bar is as long as its probability."""
    desktop.choose(photos / "china.jpg")
    desktop.answers()
    script = "return [...document.querySelectorAll('.fill')].map((bar) => parseFloat(bar.style.width))"
    percents = [float(each.text.strip("<% ")) for each in desktop.all(".labels .percent")]
    assert desktop.run(script) == pytest.approx(percents, abs=0.5)


def test_several_photos_are_shown_side_by_side(desktop: Browser, photos: Path) -> None:
    """Each photo has its own labels, in the order in which they were chosen."""
    desktop.choose(*(photos / name for name in GOLDEN))
    assert desktop.answers(4) == list(GOLDEN.values())
    assert [each.text for each in desktop.all(".name")] == list(GOLDEN)
    tops = {each.rect["y"] for each in desktop.all(".card")[:3]}
    assert len(tops) == 1


def test_the_same_photo_can_be_chosen_again(desktop: Browser, photos: Path) -> None:
    """The newest photo comes first."""
    for count, name in enumerate(["coffee.png", "coffee.png", "rocket.jpg"], 1):
        desktop.choose(photos / name)
        found = desktop.answers(count)
    assert found == ["missile", "espresso", "espresso"]


def test_a_dropped_photo_gets_its_labels(desktop: Browser, photos: Path) -> None:
    """Photos can be dropped anywhere on the page."""
    desktop.drop(photos / "rocket.jpg", photos / "coffee.png")
    assert desktop.answers(2) == ["missile", "espresso"]
    assert "dragging" not in str(desktop.one("body").get_attribute("class"))


def test_a_pasted_photo_gets_its_labels(desktop: Browser, photos: Path, address: str) -> None:
    """A copied picture, such as a screenshot, is pasted with Ctrl-V."""
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    desktop.cdp("Browser.grantPermissions", permissions=permissions, origin=address)
    desktop.choose(photos / "coffee.png")
    desktop.answers()
    assert desktop.driver.execute_async_script(COPY_TO_CLIPBOARD) is True
    desktop.press_with(Keys.CONTROL, "v")
    desktop.answers(2)
    assert desktop.text(".name") == "Pasted photo 1"


def test_pasted_text_is_refused_in_words(desktop: Browser) -> None:
    """The clipboard may have something else."""
    desktop.run("document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: new DataTransfer()}))")
    assert desktop.text("#notice") == "The clipboard has no photo. Copy a photo, then paste again."


def test_a_removed_photo_is_gone(desktop: Browser, photos: Path) -> None:
    """One photo, then all of them; the page is as at the start."""
    desktop.choose(*(photos / name for name in ("coffee.png", "rocket.jpg", "china.jpg")))
    desktop.answers(3)
    desktop.one("[aria-label='Remove rocket.jpg']").click()
    assert desktop.answers(2) == ["espresso", "palace"]
    desktop.one("#clear").click()
    assert desktop.all(".card") == []
    assert not desktop.one("#answers").is_displayed()


@pytest.mark.parametrize("kind", ["GIF", "BMP"])
def test_another_format_is_sent_as_a_copy(
    desktop: Browser, app: ScriptedAnswers, photos: Path, tmp_path: Path, kind: str
) -> None:
    """What only the browser can read is converted, with a remark on the card."""
    target = tmp_path / f"coffee.{kind.lower()}"
    Image.open(photos / "coffee.png").convert("RGB").save(target, kind)
    desktop.choose(target)
    assert desktop.answers() == ["espresso"]
    assert re.fullmatch(
        r"Sent as a JPEG copy of [\d.]+ KiB, because the service reads JPEG, PNG and WebP only\.",
        desktop.text(".remark"),
    )
    assert app.types == ["image/jpeg"]


def test_a_readable_photo_is_sent_as_it_is(
    desktop: Browser, app: ScriptedAnswers, photos: Path, tmp_path: Path
) -> None:
    """Its content counts, not its name, so the answer is that of a program which sends the file."""
    target = tmp_path / "photo.dat"
    target.write_bytes((photos / "coffee.png").read_bytes())
    desktop.choose(target)
    assert desktop.answers() == ["espresso"]
    assert app.types == ["image/png"]
    assert not desktop.one(".remark").is_displayed()


def test_a_photo_that_lies_on_its_side_keeps_its_orientation(
    desktop: Browser, photos: Path, tmp_path: Path
) -> None:
    """The copy of a photo over the limits is upright, as the camera recorded it."""
    turned = Image.open(photos / "coffee.png").convert("RGB").rotate(90, expand=True).resize((7000, 8000))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    turned.save(buffer, "JPEG", exif=exif, quality=50)
    (tmp_path / "turned.jpg").write_bytes(buffer.getvalue())
    desktop.choose(tmp_path / "turned.jpg")
    assert desktop.answers() == ["espresso"]
    assert "because the limit is 50 million pixels" in desktop.text(".remark")


@pytest.mark.parametrize("classes", [2, 1000, 20_000])
def test_any_number_of_classes_is_shown(desktop: Browser, tmp_path: Path, classes: int) -> None:
    """Five labels, or all of a model with fewer."""
    write_model(tmp_path / "model", classes)
    (tmp_path / "photo.png").write_bytes(photo(1, classes))
    with serving(create_app(Config(model_dir=tmp_path / "model"))) as url:
        desktop.open(url)
        desktop.choose(tmp_path / "photo.png")
        assert desktop.answers() == [labels(classes)[1]]
        assert len(desktop.all(".labels li")) == min(5, classes)
