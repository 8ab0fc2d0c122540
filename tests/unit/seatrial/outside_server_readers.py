"""Readers of responses: a server gives some bytes to the code that reads them in the pipeline."""

from __future__ import annotations

import json
from contextlib import suppress

from hostile_documents import as_json
from release_records import DIGEST
from seatrial.errors import RefusedError
from seatrial.http_client import NewConnections
from seatrial.image.inspection import inspect
from seatrial.image.registry import Manifest, RegistryClient, Repository, digest_of
from seatrial.image.statement_tag import require_statement
from seatrial.image_reference import ImageReference
from seatrial.release.reviews import GitHubRun, verified_reviews
from seatrial.retention.references import References
from seatrial.retention.registry_images import list_registry_images
from unit.seatrial import outside_documents as valid
from unit.seatrial.outside_readers import Outside


def read_manifest(raw: bytes, outside: Outside) -> object:
    """Read an image from a registry with this manifest."""
    return _registry(raw, json.dumps(valid.IMAGE_CONFIG).encode(), outside)


def read_config(raw: bytes, outside: Outside) -> object:
    """Read an image from a registry with this config."""
    return _registry(as_json({**valid.MANIFEST, "config": {"digest": digest_of(raw)}}).encode(), raw, outside)


def _registry(manifest: bytes, config: bytes, outside: Outside) -> object:
    outside.server.challenge = ""
    responses = {"/manifests/": manifest, "/blobs/": config, "/tags/list": b'{"tags": ["1"]}'}
    outside.server.responses = responses
    listed = list_registry_images(RegistryClient(outside.registry), "classifier", References())
    reference = ImageReference(outside.server.address, "classifier", digest_of(manifest))
    return listed, inspect(outside.registry, reference)


def read_tags(raw: bytes, outside: Outside) -> object:
    """List the images of a registry with this list of tags."""
    outside.server.challenge = ""
    outside.server.responses = {"/tags/list": raw}
    return list_registry_images(RegistryClient(outside.registry), "classifier", References())


def read_token(raw: bytes, outside: Outside) -> object:
    """Authenticate at a registry whose token service gives this answer."""
    outside.server.challenge = f'Bearer realm="http://{outside.server.address}/token",service="x"'
    outside.server.responses = {"/token": raw, "/blobs/": b"{}"}
    return RegistryClient(outside.registry).config("classifier", digest_of(b"{}"))


def read_statement(raw: bytes, outside: Outside) -> object:
    """Look for the statement of `check` in a registry with this manifest of it."""
    statement = json.dumps(valid.STATEMENT).encode()
    outside.server.challenge, outside.server.responses = "", {"/manifests/": raw, "/blobs/": statement}
    repository = Repository(RegistryClient(outside.registry), "classifier")
    # The registry has a statement, but this image is not the one that it is about.
    with suppress(RefusedError):
        require_statement(repository, Manifest(DIGEST, DIGEST, ()))
    return None


def read_run(raw: bytes, outside: Outside) -> object:
    """Verify the reviews of a run that GitHub describes so."""
    return _verified(raw, json.dumps(valid.REVIEWS).encode(), outside)


def read_reviews(raw: bytes, outside: Outside) -> object:
    """Verify the reviews of a run that GitHub lists so."""
    return _verified(json.dumps(valid.RUN).encode(), raw, outside)


def _verified(run: bytes, reviews: bytes, outside: Outside) -> object:
    outside.server.challenge = ""
    outside.server.responses = {"/approvals": reviews, "/runs/": run}
    this = GitHubRun(f"http://{outside.server.address}", "owner/name", 1, 1, "token")
    return verified_reviews(this, "production", NewConnections())
