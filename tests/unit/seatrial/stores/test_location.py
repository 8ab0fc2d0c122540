"""The URL of a store: which forms there are, and that no credential in one is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.errors import UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.location import Location, parse_store_url

SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0cw"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("az://account/container", ("az", "account", "container")),
        ("AZ://account/container/a/b/", ("az", "account", "container/a/b")),
        ("s3://bucket", ("s3", "bucket", "")),
        ("s3://bucket/prefix", ("s3", "bucket", "prefix")),
        ("file:///a/b%20c%23d", ("file", "", "/a/b c#d")),
        ("file:///mön/ordner", ("file", "", "/mön/ordner")),
    ],
)
def test_the_parts_of_a_url(url: str, parts: tuple[str, str, str]) -> None:
    """A URL is read as account or bucket, and path; that of a directory is decoded."""
    assert parse_store_url(url) == Location(*parts)


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://acct.blob.core.windows.net/models/a", "az://acct/models/a"),
        ("https://acct.dfs.core.windows.net/models", "az://acct/models"),
        ("az://account/Models", "a-z"),
        ("az://account/two--hyphens", "hyphens"),
        ("az://account.blob.core.windows.net/models", "host name is not part"),
        ("file:///store#1", "%23"),
        ("file:///what?", "%3F"),
        ("file://host/path", "absolute path"),
        ("s3://bucket/prefix#x", "store.key_file"),
    ],
)
def test_the_hint_fits_the_fault(url: str, hint: str) -> None:
    """Each form that people write by mistake is refused with the form that is meant."""
    with pytest.raises(UsageError) as raised:
        parse_store_url(url)
    assert hint in raised.value.hint


@given(
    st.sampled_from(["az", "s3", "file", "https", "http", "AZ", "ftp"]),
    st.sampled_from(["account", "acct.blob.core.windows.net", "", "[::1", "127.0.0.1:10000"]),
    st.sampled_from(["/models/p", "/", "", "/Models", "/a/b/c"]),
    st.sampled_from(
        [
            f"?sv=2024-11-04&sig={SECRET}",
            f"#{SECRET}",
            f"?{SECRET}",
            f"/x?a=b#sig={SECRET}",
            "user",
            "password",
        ]
    ),
)
def test_no_credential_of_a_url_is_shown(scheme: str, place: str, path: str, credential: str) -> None:
    """A URL with a query, a fragment or a user is refused by one line that does not contain that part."""
    url = f"{scheme}://{place}{path}{credential}"
    if credential in ("user", "password"):
        user = SECRET if credential == "user" else f"user:{SECRET}"
        url = f"{scheme}://{user}@{place}{path}"
    with pytest.raises(UsageError) as raised:
        open_store(StoreSettings(url=url))
    if scheme != "file" or credential in ("user", "password"):
        assert SECRET not in raised.value.line
