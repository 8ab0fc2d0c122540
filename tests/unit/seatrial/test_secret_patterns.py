"""The formats of credentials."""

from __future__ import annotations

import pytest

from seatrial.secret_patterns import FORMATS, find_credential, mask_credentials

# In pieces, so that no scanner takes this file for a leak.
EXAMPLES = {
    "a private key": "-----BEGIN RSA PRIVATE" + " KEY-----\n" + "M" * 64,
    "an Azure storage key": "AccountKey" + "=" + "k" * 60 + "==",
    "an Azure SAS": "https://x.test/blob?sv=1&sig" + "=" + "s" * 40,
    "an AWS access key": "AKIA" + "Q" * 16,
    "a GitHub token": "ghp" + "_" + "g" * 36,
    "a registry login": '"auth"' + ': "' + "b" * 24 + '"',
}


def test_each_format_has_an_example() -> None:
    """No format is untested."""
    assert EXAMPLES.keys() == FORMATS.keys()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_credential_is_found_and_masked(kind: str) -> None:
    """Each format is recognised in bytes, and its value is removed from a text."""
    example = EXAMPLES[kind]
    assert find_credential(f"before {example} after".encode()) == kind
    masked = mask_credentials(f"before {example} after")
    assert example not in masked
    assert masked.startswith("before ")
    assert find_credential(masked.encode()) is None


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password=hunter2, user=ann", "password=[hidden], user=ann"),
        ("Authorization: Bearer abcdef0123456789abcd", "Authorization: Bearer [hidden]"),
        ("https://ann:hunter2@x.test/", "https://[hidden]@x.test/"),
        ("eyJhbGciOiJ9.eyJzdWIiOiIx.c2ln", "[hidden]"),
    ],
)
def test_the_value_after_a_credential_name_is_masked(text: str, masked: str) -> None:
    """The name stays, so that the log can be understood."""
    assert mask_credentials(text) == masked


@pytest.mark.parametrize("text", ["the token was accepted", "AKIA is a prefix", "sha256:" + "a" * 64])
def test_an_ordinary_text_is_unchanged(text: str) -> None:
    """A text without a credential is neither masked nor reported."""
    assert find_credential(text.encode()) is None
    assert mask_credentials(text) == text
