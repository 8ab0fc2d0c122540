"""One photo, as the body or as the file of a form."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from flask.testing import FlaskClient

from classifier.config import Config
from colours import photo
from imagemodel.card import load_card


def huge_png(side: int) -> bytes:
    """Return the header of a PNG of `side` x `side` pixels, and none of its pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    checked = header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + checked + struct.pack(">I4s", 9, b"IDAT")


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_photo_as_the_body(client: FlaskClient, config: Config, kind: str, mime: str) -> None:
    """The answer names the model and gives the likeliest labels, best first, and the time it took."""
    card = load_card(config.model_dir)
    answer = client.post("/predict", data=photo("blue", kind=kind), content_type=f"image/{kind.lower()}")
    assert answer.status_code == 200
    assert answer.json["model"] == {"name": card.name, "version": card.version, "digest": card.digest}
    assert answer.json["predictions"][0]["label"] == "blue"
    assert answer.json["predictions"][0]["probability"] > 0.9
    assert set(answer.json["timings"]) == {"read_ms", "compute_ms", "total_ms"}


def test_photo_in_a_form(client: FlaskClient) -> None:
    """The same photo in a form's field `file` gets the same answer."""
    answer = client.post("/predict", data={"file": (io.BytesIO(photo("green")), "a.jpg")})
    assert answer.json["predictions"][0]["label"] == "green"


def test_body_without_a_type_is_taken_as_a_photo(client: FlaskClient) -> None:
    """Clients that name no content type are answered."""
    assert client.post("/predict", data=photo("red")).status_code == 200


@pytest.mark.parametrize("top", [1, 2, 3])
def test_top_says_how_many(client: FlaskClient, top: int) -> None:
    """`?top=` says how many labels come back."""
    answer = client.post(f"/predict?top={top}", data=photo("red"), content_type="image/jpeg")
    assert len(answer.json["predictions"]) == top


@pytest.mark.parametrize("top", ["0", "-1", "4", "x", "", "1e3", "٣", "9" * 30])
def test_impossible_top_is_400(client: FlaskClient, top: str) -> None:
    """A `top` that is no number, or more than the model's classes, is refused."""
    answer = client.post("/predict", query_string={"top": top}, data=photo("red"))
    assert answer.status_code == 400
    assert "top" in answer.json["error"]


@pytest.mark.parametrize("kind", ["image/gif", "application/json", "application/x-www-form-urlencoded"])
def test_other_content_types_are_415(client: FlaskClient, kind: str) -> None:
    """What is not a photo by its content type is refused with 415."""
    assert client.post("/predict", data=b"GIF89a", content_type=kind).status_code == 415


@pytest.mark.parametrize("data", [b"", b"hello", photo("red")[:200], photo("red", kind="GIF")])
def test_what_is_no_photo_is_400(client: FlaskClient, data: bytes) -> None:
    """Nothing, text, half a photo and other formats are refused with 400 and the reason."""
    answer = client.post("/predict", data=data, content_type="image/jpeg")
    assert answer.status_code == 400
    assert answer.json["error"]


def test_form_without_a_file_is_400(client: FlaskClient) -> None:
    """A form whose field has another name is refused."""
    assert client.post("/predict", data={"photo": (io.BytesIO(photo("red")), "a.jpg")}).status_code == 400


def test_body_over_the_limit_is_413(client: FlaskClient) -> None:
    """More bytes than the limit are refused before they are read."""
    answer = client.post("/predict", data=b"x" * 200_001, content_type="image/jpeg")
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_body_of_unknown_length_over_the_limit_is_413(client: FlaskClient) -> None:
    """A client that does not say how much it sends gets no further than the limit either."""
    sent = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    stream = io.BytesIO(b"x" * 300_000)
    answer = client.post("/predict", input_stream=stream, environ_overrides=sent, content_type="image/jpeg")
    assert answer.status_code == 413
    assert stream.read() == b"", "what is left unread makes the server reset the connection"


def test_far_too_many_pixels_are_400(client: FlaskClient) -> None:
    """A small file that would unpack to gigabytes is refused before a pixel of it is."""
    answer = client.post("/predict", data=huge_png(60_000), content_type="image/png")
    assert answer.status_code == 400
    assert "pixels" in answer.json["error"]
