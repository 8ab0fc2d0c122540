"""Documents of accepted models in a store that is a directory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from memory_environments import digest
from seatrial.model.validation.accepted_model import AcceptedModel, accepted_key
from seatrial.results import Artefact


def store_accepted(store: Path, environment: str, model: Artefact) -> None:
    """Write what an environment has accepted to the store."""
    accepted = AcceptedModel(
        environment=environment,
        release=f"{environment}-1",
        number=1,
        model=model,
        image=digest("a"),
        revision="c0ffee",
        accepted=datetime(2026, 1, 1, tzinfo=UTC),
        writes=1,
    )
    path = store / accepted_key(environment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(accepted.document)
