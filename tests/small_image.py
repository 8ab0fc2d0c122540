"""The smallest image that a registry accepts."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from seatrial.image.registry import Repository

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def put_image(
    target: Repository, tag: str, *, labels: dict[str, str] | None = None, size: int = 3_000_000, day: int = 1
) -> str:
    """Push an image of random bytes, created on `day` of January 2026, and return its image digest."""
    layer = secrets.token_bytes(size)
    created = datetime(2026, 1, day, tzinfo=UTC).isoformat()
    config = json.dumps(
        {"architecture": "amd64", "os": "linux", "created": created, "config": {"Labels": labels or {}}}
    ).encode()
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _put_blob(target, config, "application/vnd.docker.container.image.v1+json"),
        "layers": [_put_blob(target, layer, "application/vnd.docker.image.rootfs.diff.tar.gzip")],
    }
    raw = json.dumps(body, indent=3).encode()
    path = f"{target.repository}/manifests/{tag}"
    target.client.call("PUT", path, data=raw, headers={"Content-Type": MANIFEST})
    return _digest(raw)


def _put_blob(target: Repository, content: bytes, media_type: str) -> dict[str, Any]:
    opened = target.client.call("POST", f"{target.repository}/blobs/uploads/")
    path = opened.headers["Location"].removeprefix(target.client.base)
    target.client.call("PUT", path, params={"digest": _digest(content)}, data=content)
    return {"mediaType": media_type, "size": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
