"""Release records for tests."""

from __future__ import annotations

from seatrial.image_reference import ImageReference
from seatrial.release.record import Manifests, Record
from seatrial.release.records import Records
from seatrial.results import Artefact

DIGEST = "sha256:" + "a" * 64
MANIFESTS = Manifests(slot=[{"kind": "Deployment"}], shared=[{"kind": "Service"}])


def make_record(
    records: Records, number: int, previous: str = "", manifests: Manifests = MANIFESTS
) -> Record:
    """Create and return the record of a candidate; by default with one object in its slot and one shared."""
    record = Record(
        number=number,
        release=f"trial-{number}",
        environment="trial",
        slot="blue" if number % 2 else "green",
        reference=ImageReference("127.0.0.1:5000", "classifier", DIGEST),
        model=Artefact(name="m", version="1.0.0", digest=DIGEST),
        golden_digest=DIGEST,
        revision="c0ffee",
        working_state="tree",
        lock_digest=DIGEST,
        suite="c0ffee",
        previous=previous,
        history=(records.change("candidate"),),
    )
    return records.create(record, manifests)
