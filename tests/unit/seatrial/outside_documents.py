"""A valid document of each kind that the pipeline reads from outside."""

from __future__ import annotations

import json
from typing import Any

from release_records import DIGEST
from seatrial.image.registry import digest_of

FILE = {"sha256": "0" * 64, "size": 1}
CARD = {
    "schema": 1,
    "name": "colours",
    "version": "1.0.0",
    "licence": "MIT",
    "task": "image-classification",
    "input": {
        "name": "photo",
        "height": 8,
        "width": 8,
        "layout": "NCHW",
        "channels": "RGB",
        "dtype": "float32",
        "resize": "shortest-side-then-centre-crop",
        "shortest_side": 9,
        "interpolation": "bilinear",
        "scale": 1.0,
        "mean": [0.0, 0.0, 0.0],
        "std": [1.0, 1.0, 1.0],
    },
    "output": {"name": "logits", "kind": "logits", "classes": 3},
    "metrics": {"top1": 0.9},
    "files": {"model.onnx": FILE, "labels.txt": FILE},
}
GOLDEN = {
    "schema": 1,
    "name": "photos",
    "version": "1.0.0",
    "photos": [
        {
            "file": "red.png",
            **FILE,
            "label": "red",
            "index": 0,
            "min_probability": 0.5,
            "source": "drawn",
            "licence": "MIT",
        }
    ],
}
SAMPLE_PHOTO = {"file": "red.jpg", **FILE, "label": "red", "index": 0, "original": "red.png"}
EVALUATION = {**GOLDEN, "photos": [{**SAMPLE_PHOTO, "source": "drawn", "licence": "MIT"}]}
ARTEFACT = {"name": "colours", "version": "1.0.0", "digest": DIGEST}
ACCEPTED = {
    "schema": 1,
    "environment": "staging",
    "release": "staging-1",
    "number": 1,
    "model": ARTEFACT,
    "image": DIGEST,
    "revision": "c0ffee",
    "accepted": "2026-01-01T00:00:00Z",
    "writes": 1,
}
LOCK: dict[str, dict[str, object]] = {
    kind: {**ARTEFACT, "name": kind} for kind in ("model", "golden", "evaluation")
}
LOCK["labels"] = {"old": [DIGEST], "new": DIGEST, "by": "a@seatrial.test", "reason": "two were exchanged"}
SETTINGS: dict[str, Any] = {
    "model": {"name": "colours", "channel": "latest"},
    "golden": {"name": "photos"},
    "store": {"url": "file:///store", "connections": 8, "timeout_seconds": 30.0},
    "registry": {"address": "registry.test", "insecure": False},
    "image": {"base": "python", "budget_mb": 300},
    "validate": {"max_milliseconds": 250, "min_agreement": 0.5},
    "environments": {
        "local": {"namespace": "local", "overlay": "x", "host": "local.test", "replicas": 2, "max_drift": 0.1}
    },
}
LOCAL = {
    "instance": "dev",
    "store": {"url": "file:///store", "key_file": "key"},
    "registry": {"address": "127.0.0.1:5000", "insecure": True, "config_dir": "docker"},
    "cluster": {"kubeconfig": "kubeconfig", "context": "kind-dev"},
    "dns": {"server": "127.0.0.1", "port": 53},
}
VARIABLES = {
    "STORE__CONNECTIONS": "8",
    "PRUNE": '{"reports": 3}',
    "ENVIRONMENTS": '{"local": {"replicas": 1}}',
    "ENVIRONMENTS__LOCAL__REPLICAS": "2",
    "ENVIRONMENTS__LOCAL__REGISTRY__ADDRESS": "registry.test",
    "CACHE": "/cache",
}
RECORD: dict[str, Any] = {
    "number": 1,
    "release": "trial-1",
    "environment": "trial",
    "slot": "blue",
    "reference": f"127.0.0.1:5000/classifier@{DIGEST}",
    "model": ARTEFACT,
    "golden_digest": DIGEST,
    "revision": "c0ffee",
    "working_state": "tree",
    "lock_digest": DIGEST,
    "suite": "c0ffee",
    "verdicts": [{"name": "suite", "passed": True, "detail": ""}],
    "history": [
        {"state": "pending", "at": "2026-01-01T00:00:00Z", "by": "somebody"},
        {"state": "stable", "at": "2026-01-01T00:00:00Z", "by": "somebody", "detail": ""},
    ],
}
CONFIG_MAP = {"data": {"record.json": json.dumps(RECORD)}, "binaryData": {"manifests.json.gz": "H4sI"}}
IMAGE_CONFIG = {
    "created": "2026-01-01T00:00:00Z",
    "config": {
        "Labels": {
            "io.seatrial.model.name": "colours",
            "io.seatrial.model.version": "1.0.0",
            "io.seatrial.model.digest": DIGEST,
            "io.seatrial.golden.name": "photos",
            "io.seatrial.golden.version": "1.0.0",
            "io.seatrial.golden.digest": DIGEST,
            "io.seatrial.working-state": "tree",
            "io.seatrial.lock": DIGEST,
            "org.opencontainers.image.revision": "c0ffee",
            "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
        }
    },
}
MANIFEST = {
    "schemaVersion": 2,
    "config": {"digest": digest_of(json.dumps(IMAGE_CONFIG).encode()), "size": 1},
    "layers": [{"digest": DIGEST, "size": 1}],
}
DOCKER_CONFIG = {"auths": {"registry.test": {"auth": "dXNl" + "cjpwYXNz"}}, "credHelpers": {}}
VERSION = {
    "app": {"commit": "c0ffee", "image": f"registry.test/classifier@{DIGEST}"},
    "release": "trial-1",
    "model": {"name": "colours", "version": "1.0.0", "digest": DIGEST},
    "predictions": [{"label": "red", "probability": 1.0}],
}
SAMPLE = {
    "t": 1.0,
    "ms": 2.0,
    "status": 200,
    "release": "trial-1",
    "ok": True,
    "why": "",
    "connection": "new",
}
REVIEWS: list[Any] = [
    {"state": "approved", "environments": [{"name": "production"}], "user": {"login": "somebody"}}
]
RESULT = {
    "stage": "accept",
    "working_state": "tree",
    "revision": "c0ffee",
    "lock_digest": DIGEST,
    "started": "2026-01-01T00:00:00Z",
    "seconds": 1.0,
    "environment": "local",
    "release": "local-1",
    "reference": f"registry.test/classifier@{DIGEST}",
    "url": "http://local.test",
    "verdicts": [{"name": "suite", "passed": True, "detail": ""}],
}
SUITE: dict[str, Any] = {
    "declared": [{"name": "suite", "test": "test_suite", "required": True}],
    "checks": [{"name": "suite", "test": "test_suite", "required": True, "passed": True, "detail": ""}],
    "skipped": [],
}
PUBLICATION = {**ARTEFACT, "schema": 1, "publisher": "somebody", "published": "now", "revision": "c0ffee"}
STATEMENT: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"digest": {"sha256": "a" * 64}}],
    "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
    "predicate": {
        "result": "PASSED",
        "configuration": [{"name": "image-id", "digest": {"sha256": "a" * 64}}],
        "passedTests": ["suite"],
        "warnedTests": [],
        "failedTests": [],
    },
}
_CONTENT = json.dumps(STATEMENT).encode()
STATEMENT_ARTIFACT = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "artifactType": "application/vnd.in-toto+json",
    "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_of(b"{}"), "size": 2},
    "layers": [
        {"mediaType": "application/vnd.in-toto+json", "digest": digest_of(_CONTENT), "size": len(_CONTENT)}
    ],
    "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": DIGEST, "size": 1},
}
RUN = {"id": 1, "run_attempt": 1, "status": "in_progress"}
