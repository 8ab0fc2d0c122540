"""Golden sets from the cache and the store."""

from __future__ import annotations

from imagemodel.golden import GoldenSet, load_golden
from seatrial.model.artefacts import GOLDEN_SET
from seatrial.model.published.cache import cached_artefact
from seatrial.model.published.golden_sets import golden_set_directory
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.workspace import Workspace


class StoredGoldenSets:
    """Loads golden sets from the cache, or by name and version from the store."""

    def load(
        self, settings: Settings, workspace: Workspace, artefact: Artefact, revision: str = ""
    ) -> GoldenSet:
        """Return a golden set; see `seatrial.model.published.golden_sets.golden_set_directory`."""
        return load_golden(golden_set_directory(settings, workspace, artefact, revision), artefact.digest)

    def cached(self, workspace: Workspace, digest: str) -> GoldenSet | None:
        """Return a golden set if it is in the cache, without a request to the store."""
        found = cached_artefact(workspace.cache, GOLDEN_SET, digest)
        return load_golden(found, digest) if found else None
