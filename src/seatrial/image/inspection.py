"""What an image in the registry says of itself: its labels, read without pulling it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seatrial.errors import RefusedError, UsageError
from seatrial.image.labels import LABEL_PREFIX, OCI
from seatrial.image.registry import RegistryClient
from seatrial.results import Artefact
from seatrial.settings import Registry

REFERENCE = re.compile(r"(?P<address>[^/]+)/(?P<repository>[^@:]+)@(?P<digest>sha256:[0-9a-f]{64})")


@dataclass(frozen=True)
class ImageFacts:
    """An image by its labels: the model inside, the commit and the working state it was built from."""

    reference: str
    model: Artefact
    golden_digest: str
    revision: str
    working_state: str
    lock_digest: str


def inspect(registry: Registry, reference: str) -> ImageFacts:
    """Return what the image says of itself.

    Raises UsageError when the reference is not `address/repository@sha256:…` of the registry that is
    set, RefusedError when there is no such image or it was not built by `build`, OutsideError when
    the registry does not answer.
    """
    client, parts = RegistryClient(registry), REFERENCE.fullmatch(reference)
    if not parts or parts["address"] != registry.address:
        want = f"IMAGE={registry.address}/{registry.repository}@sha256:…"
        raise UsageError(f"{reference} is no image by digest in the registry that is set", want)
    manifest = client.manifest(parts["repository"], parts["digest"])
    if manifest is None:
        raise RefusedError(f"there is no image {reference}", "make push gives the reference")
    config = client.config(parts["repository"], manifest.config)
    return _facts(reference, (config.get("config") or {}).get("Labels") or {})


def _facts(reference: str, labels: dict[str, str]) -> ImageFacts:
    model = f"{LABEL_PREFIX}.model"
    try:
        return ImageFacts(
            reference=reference,
            model=Artefact(
                name=labels[f"{model}.name"],
                version=labels[f"{model}.version"],
                digest=labels[f"{model}.digest"],
            ),
            golden_digest=labels[f"{LABEL_PREFIX}.golden.digest"],
            revision=labels[f"{OCI}.revision"],
            working_state=labels[f"{LABEL_PREFIX}.working-state"],
            lock_digest=labels[f"{LABEL_PREFIX}.lock"],
        )
    except KeyError as error:
        raise RefusedError(f"{reference} has no label {error}", "only make build makes images") from error
