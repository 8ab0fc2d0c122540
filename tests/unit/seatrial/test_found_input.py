"""Documents that once caused an error that is not documented."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from hostile_documents import as_toml
from unit.seatrial import outside_documents as valid
from unit.seatrial.outside_parsers import PARSERS
from unit.seatrial.outside_readers import Outside
from unit.seatrial.prepared_server import prepared_server

DEEP = b"[" * 100_000
FOUND = [
    ("card", json.dumps({**valid.CARD, "metrics": {"top1": 10**400}}).encode()),
    ("card", json.dumps({**valid.CARD, "input": {**valid.CARD["input"], "mean": [10**400] * 3}}).encode()),
    *((name, raw) for name in ("lock", "seatrial.toml", "local.toml") for raw in (b"\x80", b"x = " + DEEP)),
    ("lock", b"x = " + b"9" * 5000),
    ("local.toml", b"store = 1"),
    ("local.toml", b"[store]\nkey_file = [1]"),
    ("environment variables", b'{"PRUNE": "no JSON"}'),
    ("ConfigMap of a record", b'{"data": null}'),
    ("ConfigMap of a record", b'{"data": {"record.json": 5}}'),
    ("release record", json.dumps({**valid.RECORD, "history": []}).encode()),
    ("recorded manifests", b"no gzip"),
    ("recorded manifests", b'{"slot": 1}'),
    ("manifest", DEEP),
    ("manifest", json.dumps({**valid.MANIFEST, "config": {"digest": "../../_catalog"}}).encode()),
    ("image config", b"[]"),
    ("image config", b'{"config": [1]}'),
    ("image config", b'{"config": {"Labels": {"io.seatrial.working-state": 5}}}'),
    ("tags of a registry", b"no JSON"),
    ("tags of a registry", b'{"tags": [5]}'),
    ("tags of a registry", b'{"tags": ["../../_catalog"]}'),
    ("token of a registry", b"[]"),
    ("token of a registry", b'{"token": "\\ud800"}'),
    ("docker config", b'{"auths": {"registry.test": {"username": 5, "password": []}}}'),
    ("docker config", b'{"auths": {"registry.test": {"auth": 5}}}'),
    ("docker config", DEEP),
    ("publication", DEEP),
    ("channel", DEEP),
    ("timeline", DEEP),
    ("timeline", json.dumps({**valid.SAMPLE, "status": float("inf")}).encode()),
]


@pytest.mark.parametrize(("name", "raw"), FOUND, ids=[f"{name} {raw[:30]!r}" for name, raw in FOUND])
def test_the_document_is_read_or_refused(tmp_path: Path, name: str, raw: bytes) -> None:
    """Only a documented error is raised."""
    parser = PARSERS[name]
    (tmp_path / "seatrial.toml").write_text(as_toml(valid.SETTINGS))
    with prepared_server() as server, suppress(*parser.errors):
        parser.read(raw, Outside(tmp_path, server))


def test_a_change_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    """Times of records are compared, which is not possible without a zone."""
    history = [{"state": "stable", "at": "2026-01-01T00:00:00", "by": "somebody"}]
    parser = PARSERS["release record"]
    with prepared_server() as server, pytest.raises(parser.errors):
        parser.read(json.dumps({**valid.RECORD, "history": history}).encode(), Outside(tmp_path, server))
