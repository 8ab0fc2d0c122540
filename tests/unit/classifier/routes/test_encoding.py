"""Base64 in the forms that clients send."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from classifier.routes.encoding import decode_base64
from colours import photo

# By the tool that writes it.
ENCODERS: dict[str, Callable[[bytes], str]] = {
    "base64 -w 0": lambda data: base64.b64encode(data).decode(),
    "base64 of coreutils": lambda data: base64.encodebytes(data).decode(),
    "openssl on Windows": lambda data: base64.encodebytes(data).decode().replace("\n", "\r\n"),
    "base64.urlsafe_b64encode": lambda data: base64.urlsafe_b64encode(data).decode(),
    "base64url of RFC 7515": lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="),
    "without padding": lambda data: base64.b64encode(data).decode().rstrip("="),
    "FileReader.readAsDataURL": lambda data: "data:image/jpeg;base64," + base64.b64encode(data).decode(),
    "data URI without a type": lambda data: "data:;base64," + base64.b64encode(data).decode(),
    "data URI in capitals": lambda data: "DATA:IMAGE/JPEG;BASE64, " + base64.b64encode(data).decode(),
    "data URI, percent-encoded": lambda data: (
        "data:image/jpeg;name=a%20b.jpg;base64,"
        + base64.b64encode(data).decode().replace("+", "%2B").replace("=", "%3D")
    ),
    "str() of bytes": lambda data: str(base64.b64encode(data)),
    "str() of lines": lambda data: str(base64.encodebytes(data)),
    "a literal in double quotes": lambda data: f'b"{base64.b64encode(data).decode()}"',
    "between spaces": lambda data: f" \t{base64.b64encode(data).decode()}\n",
}


@st.composite
def encodings(draw: st.DrawFn) -> tuple[bytes, str]:
    """Draw bytes and one of their encodings: alphabet, padding, white space and wrapping vary."""
    data = draw(st.binary(min_size=1, max_size=200))
    encode = draw(st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
    text = encode(data).decode()
    if draw(st.booleans()):
        text = text.rstrip("=")
    for place in sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)), reverse=True):
        text = text[:place] + draw(st.sampled_from(["\n", "\r\n", " ", "\t"])) + text[place:]
    wrap = draw(st.sampled_from(["{}", "data:image/png;base64,{}", "b'{}'", 'b"{}"', "\n{} "]))
    return data, wrap.format(text)


@given(encodings())
def test_every_encoding_of_bytes_is_decoded(encoding: tuple[bytes, str]) -> None:
    """Alphabet, padding, white space and wrapping do not change the bytes."""
    data, text = encoding
    assert decode_base64(text) == data


@given(st.text(max_size=40))
def test_other_text_is_refused_or_decoded(text: str) -> None:
    """Any text gives bytes or ValueError."""
    with contextlib.suppress(ValueError):
        assert isinstance(decode_base64(text), bytes)


@pytest.mark.parametrize(
    "text",
    [
        "YQ==YQ==",
        "YQ==YQ",
        "Y",
        "YQ=Y",
        "a.b",
        "é",
        "data:image/png,YQ==",
        "data:image/png;base64",
        "data:",
        "b'YQ==",
        "b'YQ==\"",
        "[]",
    ],
)
def test_text_that_is_not_base64_is_refused(text: str) -> None:
    """Two encodings in a row, a lone digit, other characters and other data URIs raise ValueError."""
    with pytest.raises(ValueError):
        decode_base64(text)


@pytest.mark.parametrize("tool", ENCODERS)
def test_score_gives_the_same_answer_for_every_encoding(client: FlaskClient, tool: str) -> None:
    """`/score` gives the answer for a photo that it gives for its plain base64."""
    data = photo("blue")
    assert {b"+", b"/"} & {bytes([each]) for each in base64.b64encode(data)}, "both alphabets differ"
    plain, other = (
        client.post("/score", json={"input": json.dumps([encode(data)])}).json
        for encode in (ENCODERS["base64 -w 0"], ENCODERS[tool])
    )
    assert other["result"][0] == plain["result"][0]
    assert other["result"][0][0][0][0] == "blue"
