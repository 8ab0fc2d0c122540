"""`POST /predict`."""

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
    """Return a PNG header of `side` x `side` pixels without pixel data."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    checked = header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + checked + struct.pack(">I4s", 9, b"IDAT")


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_image_in_body(client: FlaskClient, config: Config, kind: str, mime: str) -> None:
    """The response has the model, the predictions, best first, and the timings."""
    card = load_card(config.model_dir)
    response = client.post("/predict", data=photo("blue", kind=kind), content_type=mime)
    assert response.status_code == 200
    assert response.json["model"] == {"name": card.name, "version": card.version, "digest": card.digest}
    assert response.json["predictions"][0]["label"] == "blue"
    assert response.json["predictions"][0]["probability"] > 0.9
    assert set(response.json["timings"]) == {"read_ms", "compute_ms", "total_ms"}


@pytest.mark.parametrize("field", ["file", "image", "photo", "upload[]", ""])
def test_image_in_multipart_form(client: FlaskClient, field: str) -> None:
    """The file of a form is classified, whatever the name of its field."""
    response = client.post("/predict", data={field: (io.BytesIO(photo("green")), "a.jpg")})
    assert response.json["predictions"][0]["label"] == "green"


def test_first_file_of_a_form_is_classified(client: FlaskClient) -> None:
    """Of several files the first that is not empty is classified, and `file` before the others."""
    empty, red, blue = ((io.BytesIO(data), "a.jpg") for data in (b"", photo("red"), photo("blue")))
    form = {"title": "x", "a": empty, "b": red, "c": blue}
    assert client.post("/predict", data=form).json["predictions"][0]["label"] == "red"
    red, blue = ((io.BytesIO(photo(each)), "a.jpg") for each in ("red", "blue"))
    response = client.post("/predict", data={"a": red, "file": blue})
    assert response.json["predictions"][0]["label"] == "blue"


@pytest.mark.parametrize(
    "kind",
    [
        "image/jpg",
        "image/pjpeg",
        "image/x-png",
        "image/*",
        "IMAGE/JPEG",
        "image/jpeg; charset=binary",
        "application/octet-stream",
        "binary/octet-stream",
    ],
)
def test_content_types_of_clients_are_accepted(client: FlaskClient, kind: str) -> None:
    """Any `image/…` and the types of unknown bytes are accepted, with parameters and in capitals too."""
    response = client.post("/predict", data=photo("red"), content_type=kind)
    assert response.json["predictions"][0]["label"] == "red"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "APPLICATION/X-WWW-Form-urlencoded"])
def test_default_type_of_curl_returns_415_with_the_options_to_use(client: FlaskClient, kind: str) -> None:
    """The type that `curl --data-binary` sends by default returns 415 that names the options."""
    response = client.post("/predict", data=photo("red"), content_type=kind)
    assert response.status_code == 415
    assert "-H 'Content-Type: image/jpeg'" in response.json["detail"]
    assert "--data-binary" in response.json["detail"]


def test_json_returns_415_that_names_score(client: FlaskClient) -> None:
    """JSON returns 415 with the route that takes it."""
    response = client.post("/predict", json={"input": "x"})
    assert (response.status_code, "/score" in response.json["detail"]) == (415, True)


def test_body_without_content_type_is_accepted(client: FlaskClient) -> None:
    """A request without a content type is accepted."""
    assert client.post("/predict", data=photo("red")).status_code == 200


@pytest.mark.parametrize("top", [1, 2, 3])
def test_top_sets_number_of_predictions(client: FlaskClient, top: int) -> None:
    """`?top=` sets the number of predictions in the response."""
    response = client.post(f"/predict?top={top}", data=photo("red"), content_type="image/jpeg")
    assert len(response.json["predictions"]) == top


@pytest.mark.parametrize("top", [4, 5, 1000, 999_999_999])
def test_top_above_number_of_classes_returns_all(client: FlaskClient, top: int) -> None:
    """A client need not know how many classes the model has."""
    response = client.post(f"/predict?top={top}", data=photo("red"), content_type="image/jpeg")
    assert response.json["predictions"][0]["label"] == "red"
    assert len(response.json["predictions"]) == 3


@pytest.mark.parametrize("top", ["0", "-1", "x", "", "1e3", "٣", "9" * 30])
def test_invalid_top_returns_400(client: FlaskClient, top: str) -> None:
    """A `top` that is not an integer of at least 1 returns 400."""
    response = client.post("/predict", query_string={"top": top}, data=photo("red"))
    assert response.status_code == 400
    assert "top" in response.json["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "imagejpeg", "multipart/mixed"])
def test_unsupported_content_type_returns_415(client: FlaskClient, kind: str) -> None:
    """A content type other than `image/…` or octet-stream returns 415."""
    assert client.post("/predict", data=b"GIF89a", content_type=kind).status_code == 415


@pytest.mark.parametrize("data", [b"", b"hello", photo("red")[:200], photo("red", kind="GIF")])
def test_invalid_image_returns_400(client: FlaskClient, data: bytes) -> None:
    """An empty body, text, a truncated image and other formats return 400 with the reason."""
    response = client.post("/predict", data=data, content_type="image/jpeg")
    assert response.status_code == 400
    assert response.json["error"]


@pytest.mark.parametrize("form", [{"file": "text"}, {}, {"file": (io.BytesIO(), "a.jpg")}])
def test_form_without_a_file_returns_400_with_an_example(
    client: FlaskClient, form: dict[str, object]
) -> None:
    """A form of text fields alone, an empty form and an empty file return 400 with how to send a file."""
    response = client.post("/predict", data=form, content_type="multipart/form-data")
    assert response.status_code == 400
    assert "-F file=@photo.jpg" in response.json["detail"]


def test_body_over_limit_returns_413(client: FlaskClient) -> None:
    """A body over the size limit returns 413."""
    response = client.post("/predict", data=b"x" * 200_001, content_type="image/jpeg")
    assert (response.status_code, response.mimetype) == (413, "application/problem+json")


def test_chunked_body_over_limit_returns_413_and_is_read(client: FlaskClient) -> None:
    """A chunked body over the limit returns 413, and the rest of it is read."""
    sent = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    stream = io.BytesIO(b"x" * 300_000)
    response = client.post("/predict", input_stream=stream, environ_overrides=sent, content_type="image/jpeg")
    assert response.status_code == 413
    assert stream.read() == b"", "unread bytes make the server reset the connection"


def test_decompression_bomb_returns_400(client: FlaskClient) -> None:
    """A small file with too many pixels returns 400 before it is decoded."""
    response = client.post("/predict", data=huge_png(60_000), content_type="image/png")
    assert response.status_code == 400
    assert "pixels" in response.json["error"]
