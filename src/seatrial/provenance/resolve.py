"""The links behind a release or an image, read from the registry, git and the store."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from seatrial.errors import RefusedError, SeatrialError
from seatrial.image.inspection import ImageFacts
from seatrial.image.labels import OCI, labels_of
from seatrial.image.registry import RegistryClient
from seatrial.image_reference import ImageReference
from seatrial.model.artefacts import (
    EVALUATION_SET,
    GOLDEN_SET,
    MODEL,
    PUBLICATION,
    ArtefactKind,
    check_names,
    version_key,
)
from seatrial.model.locks.history import lock_of
from seatrial.model.locks.lock import Lock, read_lock
from seatrial.process import run
from seatrial.provenance.links import CommitLink, ImageLink, Provenance, PublicationLink, ReleaseLink
from seatrial.release.record import Record
from seatrial.results import Artefact
from seatrial.settings import Registry, Settings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore
from seatrial.workspace import DIRTY, Workspace

GIT_SECONDS = 60


class ProvenanceResolver:
    """Reads the links of a provenance.

    What registry, git or store do not have becomes the `unknown` of a link, never an error.
    """

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace

    def from_record(self, record: Record, pods: tuple[str, ...]) -> Provenance:
        """Return the provenance of a release; `pods` are the names of those that run it."""
        began = record.history[0]
        release = ReleaseLink(
            name=record.release,
            environment=record.environment,
            state=record.state,
            since=record.since,
            began=began.at,
            by=began.by,
            slot=record.slot,
            approved_by=record.approved_by,
            promoted_from=record.promoted_from,
            unchecked=record.unchecked,
            previous=record.previous,
            suite=record.suite,
            verdicts=record.verdicts,
            pods=pods,
        )
        return self.from_image(record).model_copy(update={"release": release})

    def from_image(self, image: Record | ImageFacts) -> Provenance:
        """Return the provenance of an image, given its labels or a record with the same facts."""
        return Provenance(
            image=self._image(image.reference),
            commit=self._commit(image.revision, image.working_state),
            model=self.publication(MODEL, image.model),
            golden=self._golden(image.golden, image.revision),
            evaluation=self._evaluation(image),
        )

    def publication(self, kind: ArtefactKind, artefact: Artefact) -> PublicationLink:
        """Return publisher, time and revision of an artefact from its publication record in the store."""
        try:
            key = version_key(kind, check_names(artefact), PUBLICATION)
            found = self._store.read(key)
            if not found:
                return PublicationLink(artefact=artefact, unknown=f"{self._store.url} has no record of it")
            return self._parse_publication(artefact, found.content)
        except SeatrialError as error:
            return PublicationLink(artefact=artefact, unknown=error.message)
        except (ValueError, AttributeError, RecursionError):
            return PublicationLink(artefact=artefact, unknown="its record in the store is not valid")

    def _parse_publication(self, artefact: Artefact, content: bytes) -> PublicationLink:
        record = json.loads(content)
        if record.get("digest") != artefact.digest:
            reason = f"{self._store.url} has another digest under that version: {record.get('digest')}"
            return PublicationLink(artefact=artefact, unknown=reason)
        fields = {name: str(record.get(name, "")) for name in ("publisher", "published", "revision")}
        return PublicationLink(artefact=artefact, **fields)

    @cached_property
    def _store(self) -> BlobStore:
        return open_store(self._settings.store)

    def _image(self, reference: ImageReference) -> ImageLink:
        try:
            labels = labels_of(self._config(reference))
            return ImageLink(reference=reference, created=labels.get(f"{OCI}.created", ""))
        except SeatrialError as error:
            return ImageLink(reference=reference, unknown=error.message)

    def _config(self, reference: ImageReference) -> dict[str, Any]:
        registries = [r for r in configured_registries(self._settings) if r.address == reference.registry]
        if not registries:
            raise RefusedError(f"no registry {reference.registry} is configured")
        client = RegistryClient(registries[0])
        manifest = client.manifest(reference.repository, reference.digest)
        if not manifest:
            raise RefusedError("the registry no longer has it")
        return client.config(reference.repository, manifest.config)

    def _commit(self, revision: str, working_state: str) -> CommitLink:
        commit = revision.removesuffix(DIRTY)
        argv = ["git", "show", "-s", "--format=%an%n%cI%n%s", f"{commit}^{{commit}}", "--"]
        done = run(argv, timeout=GIT_SECONDS, cwd=self._workspace.root, check=False, separate_stderr=True)
        lines = done.output.strip().splitlines()
        link = CommitLink(revision=revision, working_state=working_state)
        if done.code != 0 or len(lines) < 3:
            return link.model_copy(update={"unknown": "git has no such commit in this checkout"})
        author, date, subject = lines[:3]
        return link.model_copy(update={"author": author, "date": date, "subject": subject})

    def _golden(self, artefact: Artefact, revision: str) -> PublicationLink:
        if artefact.name:
            return self.publication(GOLDEN_SET, artefact)
        # Records of older versions have only the digest: a lock has the name and version.
        digest, lock = artefact.digest, lock_of(self._workspace, revision)
        if not lock or lock.golden.digest != digest:
            lock = current_lock(self._workspace)
        if lock and lock.golden.digest == digest:
            return self.publication(GOLDEN_SET, lock.golden)
        nameless = Artefact(name=self._settings.golden.name, version="", digest=digest)
        return PublicationLink(artefact=nameless, unknown="no lock in this checkout has its version")

    def _evaluation(self, image: Record | ImageFacts) -> PublicationLink | None:
        """Return the evaluation set that the model was judged on, if a lock with this model names one."""
        for lock in (lock_of(self._workspace, image.revision), current_lock(self._workspace)):
            if lock and (lock.model.digest, lock.golden.digest) == (image.model.digest, image.golden.digest):
                return self.publication(EVALUATION_SET, lock.evaluation) if lock.evaluation else None
        return None


def current_lock(workspace: Workspace) -> Lock | None:
    """Return the current lock, or None if it is missing or not valid."""
    try:
        return read_lock(workspace.lock)
    except SeatrialError:
        return None


def configured_registries(settings: Settings) -> list[Registry]:
    """Return every registry in the settings, each once."""
    found = [settings.registry, *(settings.registry_of(name) for name in settings.environments)]
    return [each for place, each in enumerate(found) if each.address and each not in found[:place]]
