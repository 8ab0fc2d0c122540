"""Readers of input from outside: each gives some bytes to the code that reads them in the pipeline."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from hostile_documents import as_toml
from imagemodel.classifier import load_labels
from memory_cluster import MemoryCluster
from release_records import DIGEST, make_record
from samples import make_settings
from seatrial.image.credentials import find_credentials
from seatrial.model.artefacts import MODEL
from seatrial.model.photo_sets.table import read_table
from seatrial.provenance.resolve import ProvenanceResolver
from seatrial.release.record_document import DOCUMENT, MANIFESTS
from seatrial.release.records import Records
from seatrial.results import AcceptResult, Artefact
from seatrial.settings import Registry, Settings, load
from seatrial.stages.update import channel_model
from seatrial.workspace import Workspace
from unit.seatrial import outside_documents as valid
from unit.seatrial.prepared_server import PreparedServer


@dataclass(frozen=True)
class Outside:
    """Where a parser finds its input: an empty directory, and a server."""

    folder: Path
    server: PreparedServer

    def file(self, name: str, raw: bytes) -> Path:
        """Write a file in the directory and return its path."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(raw)
        return self.folder / name

    @property
    def registry(self) -> Registry:
        """The settings of the server as a registry, without credentials."""
        return Registry(address=self.server.address, insecure=True, config_dir=str(self.folder))


def read_photo_table(raw: bytes, outside: Outside) -> object:
    """Read a CSV file of photos with these bytes; the file `table` beside it exists."""
    outside.file("table", b"")
    return read_table(outside.file("photos.csv", raw))


def read_settings(raw: bytes, outside: Outside, name: str, variables: Mapping[str, str] = {}) -> object:
    """Load the settings with these bytes in one of the files, or with these variables."""
    workspace = Workspace(outside.folder)
    outside.file("seatrial.toml", as_toml(valid.SETTINGS).encode())
    outside.file(".seatrial/dev/local.toml", b"")
    if name:
        outside.file(name, raw)
    with mock.patch.dict(os.environ, variables):
        return load(workspace)


def read_variables(raw: bytes, outside: Outside) -> object:
    """Load the settings with the variables in a JSON object."""
    try:
        given = json.loads(raw)
        variables = {f"SEATRIAL_{key}": str(value) for key, value in given.items()}
        encoded = b"".join(map(os.fsencode, (*variables, *variables.values())))
    except (ValueError, AttributeError, RecursionError):
        return None
    if b"\0" in encoded or any("=" in name for name in variables):
        # No process can have such variables.
        return None
    return read_settings(raw, outside, "", variables)


def read_record(raw: bytes, _: Outside) -> object:
    """Read a release record with this document."""
    cluster, records = _records()
    cluster.objects["ConfigMap", "release-1"]["data"][DOCUMENT] = raw.decode(errors="replace")
    make_record(records, 2)
    return records.stable(), records.pending(), records.unfinished()


def read_manifests(raw: bytes, _: Outside) -> object:
    """Read recorded manifests, or what is stored in their place."""
    cluster, records = _records()
    packed = gzip.compress(raw) if raw[:1] in b"{[" else raw
    stored = base64.b64encode(packed).decode() if len(raw) % 7 else raw.decode(errors="replace")
    cluster.objects["ConfigMap", "release-1"]["binaryData"] = {MANIFESTS: stored}
    return records.manifests(records.all()[0])


def read_config_map(raw: bytes, _: Outside) -> object:
    """Read a release record with these members of its ConfigMap."""
    cluster, records = _records()
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        # The API server stores JSON only.
        return None
    cluster.objects["ConfigMap", "release-1"] |= found if isinstance(found, dict) else {"data": found}
    return records.all(), records.stable()


def _records() -> tuple[MemoryCluster, Records]:
    cluster = MemoryCluster()
    records = Records(cluster, "trial", "somebody")
    make_record(records, 1)
    return cluster, records


def read_docker_config(raw: bytes, outside: Outside) -> object:
    """Find credentials in this config.json."""
    outside.file("docker/config.json", raw)
    return find_credentials(Registry(address="registry.test", config_dir=str(outside.folder / "docker")))


def read_result(raw: bytes, outside: Outside) -> object:
    """Read this result of `accept`."""
    outside.file(".seatrial/dev/run/accept.json", raw)
    return Workspace(outside.folder).read_result(AcceptResult, current=False)


def _store(raw: bytes, outside: Outside, key: str) -> Settings:
    outside.file(f"store/{key}", raw)
    return make_settings(url=(outside.folder / "store").as_uri())


def read_channel(raw: bytes, outside: Outside) -> object:
    """Read this document of a channel in the store."""
    return channel_model(_store(raw, outside, "models/colours/channels/latest.json"), "colours")


def read_publication(raw: bytes, outside: Outside) -> object:
    """Read this publication record in the store."""
    settings = _store(raw, outside, "models/colours/1.0.0/publication.json")
    artefact = Artefact(name="colours", version="1.0.0", digest=DIGEST)
    return ProvenanceResolver(settings, Workspace(outside.folder)).publication(MODEL, artefact)


def read_labels(raw: bytes, outside: Outside) -> object:
    """Read this labels.txt."""
    return load_labels(outside.file("labels.txt", raw), 3)
