"""The labels of an image, written by build and read from a registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagemodel.verify import verify
from seatrial.errors import RefusedError, UsageError
from seatrial.image.inspection import facts_in_labels, inspect
from seatrial.image.labels import image_labels
from seatrial.image_reference import ImageReference
from seatrial.settings import Registry, Settings
from seatrial.stages.fetch import fetch
from seatrial.workspace import Workspace

REGISTRY = Registry(address="127.0.0.1:5000", insecure=True)
DIGEST = "sha256:" + "d" * 64
REFERENCE = ImageReference("127.0.0.1:5000", "classifier", DIGEST)
# As written before the labels io.seatrial.golden.name and io.seatrial.golden.version existed.
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
        ImageReference("127.0.0.1:5000", "classifier", tag="latest"),
        ImageReference("127.0.0.1:5001", "classifier", DIGEST),
    ],
)
def test_only_a_digest_in_the_configured_registry_is_accepted(reference: ImageReference) -> None:
    """A reference by tag or of another registry is wrong usage; no request is sent."""
    with pytest.raises(UsageError, match="is not an image by digest"):
        inspect(REGISTRY, reference)


def test_the_labels_of_build_are_read_back(settings: Settings, published: Workspace) -> None:
    """Every fact that build writes as a label is read, the name and version of the golden set among them."""
    fetched = fetch(settings, published)
    card = verify(Path(fetched.model_path), fetched.model.digest)
    labels = image_labels(settings, published, card, fetched, "2026-01-01T00:00:00+00:00")
    facts = facts_in_labels(REFERENCE, labels)
    assert (facts.model, facts.golden) == (fetched.model, fetched.golden)
    assert (labels["io.seatrial.golden.name"], labels["io.seatrial.golden.version"]) == (
        "colour-photos",
        "1.0.0",
    )
    assert (facts.revision, facts.working_state) == (published.revision, published.working_state)
    assert facts.lock_digest == published.lock_digest


def test_an_older_image_has_no_golden_set_name() -> None:
    """An image without the labels for the golden set's name and version is read; both are empty."""
    facts = facts_in_labels(REFERENCE, LABELS)
    assert (facts.model.version, facts.revision, facts.working_state) == ("1.0.0", "c0ffee-dirty", "tree")
    assert (facts.golden.name, facts.golden.version, facts.golden.digest) == ("", "", DIGEST)


@pytest.mark.parametrize("missing", LABELS)
def test_an_image_without_a_required_label_is_refused(missing: str) -> None:
    """An image that build did not make lacks a label and is refused; the error has its name."""
    with pytest.raises(RefusedError, match=missing):
        facts_in_labels(REFERENCE, {key: value for key, value in LABELS.items() if key != missing})
