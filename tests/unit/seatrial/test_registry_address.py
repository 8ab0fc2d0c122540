"""The address of a registry: what people write into it, and the form that is meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from seatrial.settings import Registry

VALID = ["", "acr.azurecr.io", "127.0.0.1:5000", "localhost:5000", "localhost", "registry:5000", "[::1]:5000"]
INVALID = [
    ("https://acr.azurecr.io", "'acr.azurecr.io'"),
    ("http://127.0.0.1:5000/", "'127.0.0.1:5000'"),
    ("acr.azurecr.io/team", "registry.repository to 'team/…'"),
    ("acr.azurecr.io/", "'acr.azurecr.io'"),
    ("MYACR.azurecr.io", "'myacr.azurecr.io'"),
    ("myacr", "myacr.azurecr.io"),
    ("https://user:secret-word@acr.azurecr.io/v2/?a=secret-word", "'acr.azurecr.io'"),
    ("user:secret-word@acr.azurecr.io", "'acr.azurecr.io'"),
]


@pytest.mark.parametrize("address", VALID)
@pytest.mark.parametrize("key", ["address", "pull_address", "token_host"])
def test_a_host_with_an_optional_port_is_valid(key: str, address: str) -> None:
    """The setting is used as it is."""
    assert getattr(Registry.model_validate({key: address}), key) == address


@pytest.mark.parametrize(("address", "meant"), INVALID)
@pytest.mark.parametrize("key", ["address", "pull_address", "token_host"])
def test_another_form_is_refused_with_the_one_that_is_meant(key: str, address: str, meant: str) -> None:
    """Requests to a scheme or a path in it would go to another place without an error."""
    with pytest.raises(ValidationError) as raised:
        Registry.model_validate({key: address})
    reason = str(raised.value.errors()[0]["ctx"]["error"])
    assert meant in reason
    assert "secret-word" not in reason
