"""The ConfigMap of a release record: its document, and the manifests that the release applied."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from seatrial.errors import HeldError, OutsideError
from seatrial.kube.labels import MANAGED, MANAGER, PART, RELEASE
from seatrial.kube.protocol import Manifest
from seatrial.release.record import Change, Manifests, Record

DOCUMENT = "record.json"
MANIFESTS = "manifests.json.gz"


def name_of(record: Record) -> str:
    """Return the name of a record's ConfigMap."""
    return f"release-{record.number}"


def new_body(record: Record, manifests: Manifests, namespace: str) -> Manifest:
    """Return the ConfigMap of a new record."""
    packed = gzip.compress(manifests.model_dump_json().encode(), mtime=0)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name_of(record),
            "namespace": namespace,
            "labels": {MANAGED: MANAGER, PART: "record", RELEASE: record.release},
        },
        "data": {DOCUMENT: record.model_dump_json(indent=2)},
        "binaryData": {MANIFESTS: base64.b64encode(packed).decode()},
    }


def parse(body: Manifest) -> Record:
    """Return the record of a ConfigMap. Raises OutsideError if it is malformed."""
    try:
        return Record.model_validate_json(body["data"][DOCUMENT], extra="ignore")
    except (KeyError, TypeError, ValidationError) as error:
        raise _invalid(body) from error


def manifests_of(body: Manifest) -> Manifests:
    """Return the manifests that a release applied. Raises OutsideError if they are malformed."""
    try:
        packed = base64.b64decode(body["binaryData"][MANIFESTS])
        return Manifests.model_validate_json(gzip.decompress(packed), extra="ignore")
    except (KeyError, TypeError, ValueError, OSError, EOFError, zlib.error) as error:
        raise _invalid(body) from error


def _invalid(body: Manifest) -> OutsideError:
    name = f"{body['metadata'].get('namespace', '')}/{body['metadata']['name']}"
    return OutsideError(f"ConfigMap {name} is not a valid release record", "restore or delete it")


def edit(body: Manifest, values: Mapping[str, Any]) -> None:
    """Set members of the document.

    It is edited, not replaced, so that fields that this version does not have stay.
    """
    document = {**json.loads(body["data"][DOCUMENT]), **{key: _as_json(each) for key, each in values.items()}}
    body["data"][DOCUMENT] = json.dumps(document, indent=2)


def append(body: Manifest, record: Record, change: Change) -> bool:
    """Append a change of state to the document; return False if it is the last change already.

    Raises HeldError if the document is no longer in the state of `record`: then another deployer wrote it.
    """
    found = parse(body)
    if found.history[-1] == change:
        return False
    if (found.state, len(found.history)) != (record.state, len(record.history)):
        raise HeldError(
            f"{record.release} is {found.state}, no longer {record.state}: another deployer changed it",
            "check with make history what the other deployer did",
        )
    document = json.loads(body["data"][DOCUMENT])
    edit(body, {"history": [*document["history"], change.model_dump(mode="json")]})
    return True


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_as_json(each) for each in value]
    return value
