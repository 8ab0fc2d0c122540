"""The names directly below a prefix, on Azurite, the S3 server of moto, and a directory."""

from __future__ import annotations

from seatrial.stores.protocol import BlobStore


def test_names_with_keys_below_them_are_listed(store: BlobStore) -> None:
    """A key directly below the prefix, and a name that only begins like it, are not."""
    for key in (
        "golden/a/1/x.png",
        "golden/a/1/y.png",
        "golden/a/2/x.png",
        "golden/b/1/x.png",
        "golden/c.json",
    ):
        assert store.create(key, b"x", lambda _: None)
    assert store.create("golden-other/z/1", b"x", lambda _: None)
    assert store.folders("golden/") == ["a", "b"]
    assert store.folders("golden/a/") == ["1", "2"]


def test_prefix_without_keys_has_no_names(store: BlobStore) -> None:
    """A store to which nothing was written, and a prefix that nobody uses, are empty."""
    assert store.folders("golden/") == []
    store.create("golden/a/1/x.png", b"x", lambda _: None)
    assert store.folders("models/") == []
