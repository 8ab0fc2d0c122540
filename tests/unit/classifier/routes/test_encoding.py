"""Tests of base64 in the forms that clients send."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.routes.encoding import decode_base64


@given(st.binary(max_size=200))
def test_every_encoded_text_is_decoded(data: bytes) -> None:
    """The standard and the URL-safe alphabet, with line breaks, and without padding."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes):
        text = encode(data).decode()
        assert decode_base64(text) == data
        assert decode_base64(text.replace("=", "")) == data


@given(st.text(alphabet="ABab01+/-_=é \n", max_size=12))
def test_only_a_value_error_is_raised(text: str) -> None:
    """Whatever a client sends is decoded or refused."""
    try:
        assert isinstance(decode_base64(text), bytes)
    except ValueError:
        return


@pytest.mark.parametrize("text", ["QUJD=", "QUJD===="])
def test_more_padding_than_needed_is_accepted(text: str) -> None:
    """Python's own module accepts it too."""
    assert decode_base64(text) == base64.b64decode(text, validate=True) == b"ABC"
