"""Records that other versions have written, or that are malformed."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from release_records import DIGEST, make_record
from seatrial.analysis.baseline import Baseline
from seatrial.errors import OutsideError
from seatrial.release.record import Record
from seatrial.release.records import Records
from seatrial.results import Check

BASELINE = Baseline(release="trial-0", requests=9, failed=0, median_milliseconds=5.0)
UNKNOWN = {"added": {"by": ["a newer version"]}}


@pytest.fixture
def record(records: Records) -> Record:
    """A previewed release, whose record has a value in every field."""
    checks = (Check(name="golden photos", passed=True, detail=""),)
    return records.move(make_record(records, 1), "previewed", verdicts=checks, baseline=BASELINE)


def document(cluster: MemoryCluster) -> dict[str, Any]:
    """Return the stored JSON document of the release."""
    text = cluster.objects[("ConfigMap", "release-1")]["data"]["record.json"]
    return dict(json.loads(text))


def store(cluster: MemoryCluster, changed: object) -> None:
    """Replace the stored JSON document of the release."""
    cluster.objects[("ConfigMap", "release-1")]["data"]["record.json"] = json.dumps(changed)


def with_unknown_fields(found: dict[str, Any]) -> dict[str, Any]:
    """Return a record document with an unknown field in every object of it."""
    return {
        **found,
        **UNKNOWN,
        "model": {**found["model"], **UNKNOWN},
        "verdicts": [{**each, **UNKNOWN} for each in found["verdicts"]],
        "baseline": {**found["baseline"], **UNKNOWN},
        "history": [{**each, **UNKNOWN} for each in found["history"]],
    }


def test_unknown_fields_are_ignored(cluster: MemoryCluster, records: Records, record: Record) -> None:
    """A record with unknown fields at every depth is read as the same record without them."""
    store(cluster, with_unknown_fields(document(cluster)))
    assert records.all() == [record]
    assert records.find("trial-1") == record


def test_unknown_fields_are_kept_by_a_change(
    cluster: MemoryCluster, records: Records, record: Record
) -> None:
    """A change of state adds an entry to the history and changes nothing else in the document."""
    before = with_unknown_fields(document(cluster))
    store(cluster, before)
    moved = records.move(record, "pending", "switched")
    after = document(cluster)
    assert [change.state for change in moved.history] == ["candidate", "previewed", "pending"]
    assert after["history"][:-1] == before["history"]
    assert after["history"][-1]["detail"] == "switched"
    assert {**after, "history": None} == {**before, "history": None}


def test_new_checks_replace_only_their_field(
    cluster: MemoryCluster, records: Records, record: Record
) -> None:
    """A change with checks replaces `verdicts`; unknown fields elsewhere are kept."""
    before = with_unknown_fields(document(cluster))
    store(cluster, before)
    checks = (Check(name="error rate", passed=False, detail="1 of 2"),)
    assert records.move(record, "switched-back", verdicts=checks).verdicts == checks
    after = document(cluster)
    assert after["verdicts"] == [checks[0].model_dump()]
    assert (after["added"], after["baseline"]) == (UNKNOWN["added"], before["baseline"])


def test_unknown_fields_beside_the_manifests_are_ignored(
    cluster: MemoryCluster, records: Records, record: Record
) -> None:
    """Manifests are read if another version recorded more beside them."""
    packed = gzip.compress(json.dumps({"slot": [{"kind": "Deployment"}], "shared": [], **UNKNOWN}).encode())
    data = cluster.objects[("ConfigMap", "release-1")]["binaryData"]
    data["manifests.json.gz"] = base64.b64encode(packed).decode()
    assert records.manifests(record).slot == [{"kind": "Deployment"}]


@pytest.mark.parametrize(
    "missing",
    [
        "golden_name",
        "golden_version",
        "previous",
        "approved_by",
        "promoted_from",
        "unchecked",
        "verdicts",
        "baseline",
    ],
)
def test_a_record_without_a_later_field_is_read_and_changed(
    cluster: MemoryCluster, records: Records, record: Record, missing: str
) -> None:
    """A record of a version that did not have a field yet is read with its default, and can be changed."""
    older = document(cluster)
    del older[missing]
    store(cluster, older)
    (found,) = records.all()
    assert not getattr(found, missing)
    assert found.golden.digest == DIGEST
    assert records.move(found, "pending").state == "pending"
    assert missing not in document(cluster)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "first"},
        {"slot": "red"},
        {"reference": "classifier"},
        {"reference": f"127.0.0.1:5000/classifier@{DIGEST}\n"},
        {"model": None},
        {"verdicts": [{"name": "golden photos"}]},
        {"history": [{"state": "unheard of", "at": "2026-01-01T00:00:00Z", "by": "somebody"}]},
    ],
    ids=str,
)
def test_a_malformed_record_is_named(
    cluster: MemoryCluster, records: Records, record: Record, change: dict[str, Any]
) -> None:
    """A record with an invalid value is an error that names ConfigMap and namespace; it is not skipped."""
    store(cluster, {**document(cluster), **change})
    for read in (records.all, records.stable, records.unfinished):
        with pytest.raises(OutsideError, match="ConfigMap trial/release-1 is not a valid release record"):
            read()


@pytest.mark.parametrize("data", [{}, {"record.json": ""}, {"record.json": "{}"}, {"record.json": "[]"}])
def test_a_configmap_without_a_record_is_named(
    cluster: MemoryCluster, records: Records, record: Record, data: dict[str, str]
) -> None:
    """A ConfigMap with the label of a record and no valid document is an error that names it."""
    cluster.objects[("ConfigMap", "release-1")]["data"] = data
    with pytest.raises(OutsideError, match="ConfigMap trial/release-1 is not a valid release record"):
        records.all()
