"""The labels of an image, as a release requires them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagemodel.verify import verify
from seatrial.errors import RefusedError, UsageError
from seatrial.image import labels
from seatrial.image.inspection import facts_in_labels, inspect
from seatrial.image.labels import image_labels
from seatrial.image_reference import ImageReference
from seatrial.settings import Registry, Settings
from seatrial.stages.fetch import fetch
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
OLDER = ROOT / "tests" / "fixtures" / "version-4307a5d" / "image-labels.json"
REGISTRY = Registry(address="127.0.0.1:5000", insecure=True)
DIGEST = "sha256:" + "d" * 64
REFERENCE = ImageReference("127.0.0.1:5000", "classifier", DIGEST)
LABELS = {
    "io.seatrial.model.name": "m",
    "io.seatrial.model.version": "1.0.0",
    "io.seatrial.model.digest": DIGEST,
    "io.seatrial.golden.digest": DIGEST,
    "io.seatrial.working-state": "tree",
    "io.seatrial.lock": DIGEST,
    "org.opencontainers.image.revision": "c0ffee-dirty",
}


def test_the_ports_are_those_of_the_config() -> None:
    """Only TCP ports count; an image that states none has an empty set."""
    ports = {"8080/tcp": {}, "8081/tcp": {}, "53/udp": {}}
    assert labels.ports_of({"config": {"ExposedPorts": ports}}) == {8080, 8081}
    assert labels.ports_of({"config": {}}) == labels.ports_of({}) == frozenset()


@pytest.mark.parametrize(
    "reference",
    [
        "127.0.0.1:5000/classifier:latest",
        f"127.0.0.1:5000/classifier:latest@{DIGEST}",
        f"127.0.0.1:5001/classifier@{DIGEST}",
        f"registry.test/classifier@{DIGEST}",
    ],
)
def test_only_a_digest_in_the_configured_registry_is_accepted(reference: str) -> None:
    """A tag, also beside a digest, or another registry is wrong usage; no request is sent."""
    with pytest.raises(UsageError, match="is not an image") as caught:
        inspect(REGISTRY, ImageReference.parse(reference))
    assert caught.value.hint == "--image (IMAGE= with make) is 127.0.0.1:5000/classifier@sha256:…"


def test_labels_have_model_golden_set_and_commit() -> None:
    """The labels of an image are its model, golden set, commit, working state and lock."""
    named = {"io.seatrial.golden.name": "g", "io.seatrial.golden.version": "2.0.0"}
    facts = facts_in_labels(REFERENCE, {**LABELS, **named})
    assert facts.reference == REFERENCE
    assert (facts.model.name, facts.model.version, facts.model.digest) == ("m", "1.0.0", DIGEST)
    assert (facts.golden.name, facts.golden.version, facts.golden.digest) == ("g", "2.0.0", DIGEST)
    assert (facts.revision, facts.working_state, facts.lock_digest) == ("c0ffee-dirty", "tree", DIGEST)


def test_an_older_image_has_no_golden_set_name() -> None:
    """An image of version 4307a5d has a label for the golden set's digest only; the rest is empty."""
    labels = json.loads(OLDER.read_text())
    facts = facts_in_labels(REFERENCE, labels)
    assert (facts.model.name, facts.model.version) == ("efficientnet-lite0", "1.0.0")
    assert facts.golden.digest == labels["io.seatrial.golden.digest"]
    assert (facts.golden.name, facts.golden.version) == ("", "")


@pytest.mark.parametrize("missing", LABELS)
def test_an_image_without_a_required_label_is_refused(missing: str) -> None:
    """An image that build did not make lacks a label and is refused; the error names the label."""
    with pytest.raises(RefusedError, match=missing):
        facts_in_labels(REFERENCE, {key: value for key, value in LABELS.items() if key != missing})


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
