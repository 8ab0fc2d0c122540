"""What an image must say of itself before it is released."""

from __future__ import annotations

import pytest

from seatrial.errors import RefusedError, UsageError
from seatrial.image.inspection import _facts, inspect
from seatrial.settings import Registry

REGISTRY = Registry(address="127.0.0.1:5000", insecure=True)
DIGEST = "sha256:" + "d" * 64
LABELS = {
    "io.seatrial.model.name": "m",
    "io.seatrial.model.version": "1.0.0",
    "io.seatrial.model.digest": DIGEST,
    "io.seatrial.golden.digest": DIGEST,
    "io.seatrial.working-state": "tree",
    "io.seatrial.lock": DIGEST,
    "org.opencontainers.image.revision": "c0ffee-dirty",
}


@pytest.mark.parametrize(
    "reference",
    [
        "classifier",
        "127.0.0.1:5000/classifier:latest",
        "127.0.0.1:5000/classifier@sha256:abc",
        f"127.0.0.1:5001/classifier@{DIGEST}",
        f"127.0.0.1:5000/classifier@{DIGEST}\n",
    ],
)
def test_only_a_digest_in_our_registry_is_an_image(reference: str) -> None:
    """A tag, a short digest or another registry is wrong usage, found before anything is asked."""
    with pytest.raises(UsageError, match="no image by digest"):
        inspect(REGISTRY, reference)


def test_labels_say_model_and_commit() -> None:
    """An image's labels give its model, golden set, commit, working state and lock."""
    facts = _facts("ref", LABELS)
    assert (facts.model.version, facts.revision, facts.working_state) == ("1.0.0", "c0ffee-dirty", "tree")


@pytest.mark.parametrize("missing", LABELS)
def test_an_image_without_a_label_is_refused(missing: str) -> None:
    """An image that lacks one of the labels was not made by build, and is refused."""
    with pytest.raises(RefusedError, match=missing):
        _facts("ref", {key: value for key, value in LABELS.items() if key != missing})
