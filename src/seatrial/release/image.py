"""What an image in the registry says of itself: its labels, read without pulling it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.results import Artefact
from seatrial.settings import Registry

REQUEST_SECONDS = 10
TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
)
REFERENCE = re.compile(r"^(?P<address>[^/]+)/(?P<repository>[^@:]+)@(?P<digest>sha256:[0-9a-f]{64})$")


@dataclass(frozen=True)
class ImageFacts:
    """An image by its labels: the model inside, the commit and the working state it was built from."""

    reference: str
    model: Artefact
    golden_digest: str
    revision: str
    working_state: str
    lock_digest: str


def credentials(registry: Registry) -> tuple[str, str] | None:
    """Return user and password for the registry, from its docker config.json; None where it has none."""
    folder = Path(registry.config_dir) if registry.config_dir else Path.home() / ".docker"
    try:
        found = json.loads((folder / "config.json").read_text()).get("auths", {}).get(registry.address, {})
        user, _, password = base64.b64decode(found.get("auth", "")).decode().partition(":")
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError, binascii.Error, OSError) as error:
        raise UsageError(
            "the registry's config.json cannot be read", "docker login writes it anew"
        ) from error
    return (user, password) if user else None


def inspect(registry: Registry, reference: str) -> ImageFacts:
    """Return what the image says of itself.

    Raises UsageError when the reference is not `address/repository@sha256:…` of the registry that is
    set, RefusedError when there is no such image or it was not built by `build`, OutsideError when
    the registry does not answer.
    """
    parts = REFERENCE.match(reference)
    if not parts or parts["address"] != registry.address:
        want = f"{registry.address or 'registry'}/{registry.repository}@sha256:…"
        raise UsageError(f"{reference} is no image by digest in the registry that is set", f"IMAGE={want}")
    base = f"{'http' if registry.insecure else 'https'}://{registry.address}/v2/{parts['repository']}"
    with requests.Session() as session:
        session.headers["Accept"] = ", ".join(TYPES)
        manifest = _get(session, registry, f"{base}/manifests/{parts['digest']}", reference)
        config = _get(session, registry, f"{base}/blobs/{manifest['config']['digest']}", reference)
    return _facts(reference, (config.get("config") or {}).get("Labels") or {})


def _facts(reference: str, labels: dict[str, str]) -> ImageFacts:
    model, oci = "io.seatrial.model.", "org.opencontainers.image."
    try:
        return ImageFacts(
            reference=reference,
            model=Artefact(
                name=labels[f"{model}name"],
                version=labels[f"{model}version"],
                digest=labels[f"{model}digest"],
            ),
            golden_digest=labels["io.seatrial.golden.digest"],
            revision=labels[f"{oci}revision"],
            working_state=labels["io.seatrial.working-state"],
            lock_digest=labels["io.seatrial.lock"],
        )
    except KeyError as error:
        raise RefusedError(f"{reference} has no label {error}", "only make build makes images") from error


def _get(session: requests.Session, registry: Registry, url: str, reference: str) -> dict[str, Any]:
    try:
        answer = session.get(url, auth=credentials(registry), timeout=REQUEST_SECONDS)
        if answer.status_code == 401 and "bearer" in answer.headers.get("WWW-Authenticate", "").lower():
            headers = {"Authorization": f"Bearer {_token(session, registry, answer)}"}
            answer = session.get(url, headers=headers, timeout=REQUEST_SECONDS)
        if answer.status_code == 404:
            raise RefusedError(f"there is no image {reference}", "make push gives the reference")
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError) as error:
        what = f"registry {registry.address} did not give the manifest: {type(error).__name__}"
        raise OutsideError(what, "docker login, make status") from error


def _token(session: requests.Session, registry: Registry, refusal: requests.Response) -> str:
    asked = dict(re.findall(r'(\w+)="([^"]*)"', refusal.headers["WWW-Authenticate"]))
    answer = session.get(
        asked.pop("realm", ""), params=asked, auth=credentials(registry), timeout=REQUEST_SECONDS
    )
    answer.raise_for_status()
    return str(answer.json().get("access_token") or answer.json().get("token") or "")
