"""A minimal image in a registry."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from seatrial.image.registry_copy import Place

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def put_image(
    place: Place, tag: str, *, labels: dict[str, str] | None = None, size: int = 3_000_000, day: int = 1
) -> str:
    """Push an image of random bytes, created on that day of January 2026; return its manifest digest."""
    layer = secrets.token_bytes(size)
    created = datetime(2026, 1, day, tzinfo=UTC).isoformat()
    config = json.dumps(
        {"architecture": "amd64", "os": "linux", "created": created, "config": {"Labels": labels or {}}}
    ).encode()
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _put_blob(place, config, "application/vnd.docker.container.image.v1+json"),
        "layers": [_put_blob(place, layer, "application/vnd.docker.image.rootfs.diff.tar.gzip")],
    }
    raw = json.dumps(body, indent=3).encode()
    path = f"{place.repository}/manifests/{tag}"
    place.client.call("PUT", path, data=raw, headers={"Content-Type": MANIFEST})
    return _digest(raw)


def _put_blob(place: Place, content: bytes, media_type: str) -> dict[str, Any]:
    upload = place.client.call("POST", f"{place.repository}/blobs/uploads/")
    path = upload.headers["Location"].removeprefix(place.client.base)
    place.client.call("PUT", path, params={"digest": _digest(content)}, data=content)
    return {"mediaType": media_type, "size": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
