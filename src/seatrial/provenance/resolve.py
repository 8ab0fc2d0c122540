"""A chain followed from where it is known to its end: registry, git and store are asked on the way."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from seatrial.errors import RefusedError, SeatrialError
from seatrial.image.inspection import ImageFacts
from seatrial.image.labels import OCI
from seatrial.image.registry import RegistryClient
from seatrial.image_reference import ImageReference
from seatrial.model.artefacts import GOLDEN_SET, MODEL, PUBLICATION, ArtefactKind, check_names, version_key
from seatrial.model.lock import Lock, read_lock
from seatrial.model.lock_history import lock_of
from seatrial.process import run
from seatrial.provenance.links import Commit, Image, Provenance, Published, Release
from seatrial.release.record import Record
from seatrial.results import Artefact
from seatrial.settings import Registry, Settings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore
from seatrial.workspace import Workspace

NO_GIT = "git does not have it here"


class ProvenanceResolver:
    """Follows chains; what registry, git or store do not tell becomes a link's `unknown`, never an error."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace

    def from_record(self, record: Record, pods: tuple[str, ...]) -> Provenance:
        """Return the chain of a release."""
        began = record.history[0]
        release = Release(
            name=record.release,
            environment=record.environment,
            state=record.state,
            since=record.since,
            began=began.at,
            by=began.by,
            slot=record.slot,
            approved_by=record.approved_by,
            promoted_from=record.promoted_from,
            previous=record.previous,
            suite=record.suite,
            verdicts=record.verdicts,
            pods=pods,
        )
        return self.from_image(record).model_copy(update={"release": release})

    def from_image(self, found: Record | ImageFacts) -> Provenance:
        """Return the chain of an image, which no record names."""
        return Provenance(
            image=self._image(found.reference),
            commit=self._commit(found.revision, found.working_state),
            model=self.published(MODEL, found.model),
            golden=self._golden(found.golden, found.revision),
        )

    def published(self, kind: ArtefactKind, artefact: Artefact) -> Published:
        """Return who published a version when, as the store's own record says."""
        try:
            key = version_key(kind, check_names(artefact), PUBLICATION)
            found = self._store.read(key)
            if not found:
                return Published(artefact=artefact, unknown=f"{self._store.url} has no record of it")
            told = json.loads(found.content)
            if told.get("digest") != artefact.digest:
                what = f"{self._store.url} has another under that version: {told.get('digest')}"
                return Published(artefact=artefact, unknown=what)
            words = {name: str(told.get(name, "")) for name in ("publisher", "published", "revision")}
            return Published(artefact=artefact, **words)
        except SeatrialError as error:
            return Published(artefact=artefact, unknown=error.message)
        except (ValueError, AttributeError):
            return Published(artefact=artefact, unknown="its record in the store cannot be read")

    @cached_property
    def _store(self) -> BlobStore:
        return open_store(self._settings.store)

    def _image(self, reference: ImageReference) -> Image:
        try:
            config = self._config(reference)
            labels = (config.get("config") or {}).get("Labels") or {}
            return Image(reference=reference, created=str(labels.get(f"{OCI}.created", "")))
        except SeatrialError as error:
            return Image(reference=reference, unknown=error.message)

    def _config(self, reference: ImageReference) -> dict[str, Any]:
        fitting = [r for r in registries(self._settings) if r.address == reference.registry]
        if not fitting:
            raise RefusedError("no registry of that address is set, so it was not asked")
        client = RegistryClient(fitting[0])
        manifest = client.manifest(reference.repository, reference.digest)
        if not manifest:
            raise RefusedError("the registry has it no more")
        return client.config(reference.repository, manifest.config)

    def _commit(self, revision: str, working_state: str) -> Commit:
        commit = revision.removesuffix("-dirty")
        words = ["git", "show", "-s", "--format=%an%n%cI%n%s", f"{commit}^{{commit}}", "--"]
        done = run(words, timeout=60, cwd=self._workspace.root, check=False, separate_stderr=True)
        told = done.output.strip().splitlines()
        if done.code != 0 or len(told) < 3:
            return Commit(revision=revision, working_state=working_state, unknown=NO_GIT)
        author, date, subject = told[:3]
        return Commit(
            revision=revision, working_state=working_state, author=author, date=date, subject=subject
        )

    def _golden(self, artefact: Artefact, revision: str) -> Published:
        if artefact.name:
            return self.published(GOLDEN_SET, artefact)
        # Records of older versions have only the digest: a lock has the name and version.
        digest, lock = artefact.digest, lock_of(self._workspace, revision)
        if not lock or lock.golden.digest != digest:
            lock = current_lock(self._workspace)
        if lock and lock.golden.digest == digest:
            return self.published(GOLDEN_SET, lock.golden)
        name = Artefact(name=self._settings.golden.name, version="", digest=digest)
        return Published(artefact=name, unknown="no lock that is here names its version")


def current_lock(workspace: Workspace) -> Lock | None:
    """Return the lock as it is, or None where it is missing or cannot be read."""
    try:
        return read_lock(workspace.lock)
    except SeatrialError:
        return None


def registries(settings: Settings) -> list[Registry]:
    """Return every registry that is set, each once."""
    found = [settings.registry, *(settings.registry_of(name) for name in settings.environments)]
    return [each for place, each in enumerate(found) if each.address and each not in found[:place]]
