"""`model.lock`: the digests of the model, the golden set and the evaluation set that a commit ships."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seatrial.atomic_files import write_atomically
from seatrial.errors import UsageError
from seatrial.model.artefacts import check_names
from seatrial.results import Artefact
from seatrial.toml_text import parse_toml

DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
Sha256 = Annotated[str, Field(pattern=f"^{DIGEST.pattern}$")]
HEADER: Final = "The model and the golden set that this commit ships. `make update` moves the model."
HEADER_OF_THREE: Final = (
    "The model, the golden set and the evaluation set that this commit ships. `make update` moves the model."
)


class LabelAcceptance(BaseModel):
    """The decision that the label file `new` may replace each label file of `old`, by whom and why.

    Label files are given by their digests (`sha256:…`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    old: tuple[Sha256, ...] = Field(min_length=1)
    new: Sha256
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Lock(BaseModel):
    """The locked model, golden set and evaluation set, each by name, version and digest (`sha256:…`).

    A commit may ship without an evaluation set: its table is then absent. `labels` is the acceptance of the
    last change of labels that needed one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Artefact
    golden: Artefact
    evaluation: Artefact | None = None
    labels: LabelAcceptance | None = None

    @property
    def artefacts(self) -> dict[str, Artefact]:
        """The artefacts that are locked, by the names of their tables, in the order of the file."""
        optional = {"evaluation": self.evaluation} if self.evaluation else {}
        return {"model": self.model, "golden": self.golden, **optional}


def read_lock(path: Path) -> Lock:
    """Return the lock in the file `path`.

    Raises UsageError if the file is missing or not TOML, or a field is missing, unknown or not valid.
    """
    try:
        return parse_lock(path.read_bytes(), path.name)
    except FileNotFoundError as error:
        raise UsageError(f"{path.name} is missing", "restore it with `git checkout model.lock`") from error


def parse_lock(raw: bytes, name: str) -> Lock:
    """Return the lock in `raw`. Raises UsageError, which names `name` and the field, if it is not valid."""
    try:
        lock = Lock.model_validate(parse_toml(raw, name))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise UsageError(f"{name}: {field}: {first['msg']}", "fix that field") from error
    for section, artefact in lock.artefacts.items():
        check_names(artefact)
        if not DIGEST.fullmatch(artefact.digest):
            raise UsageError(f"{name}: {section}.digest is not sha256:<64 hex digits>", "fix that field")
    return lock


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock atomically; equal locks give equal bytes."""
    document = tomlkit.document()
    document.add(tomlkit.comment(HEADER_OF_THREE if lock.evaluation else HEADER))
    for section, fields in _tables(lock).items():
        table = tomlkit.table()
        table.update(fields)
        document.add(tomlkit.nl())
        document.add(section, table)
    write_atomically(path, tomlkit.dumps(document))


def _tables(lock: Lock) -> dict[str, dict[str, Any]]:
    # What the lock does not have gets no table, so that locks of older versions keep their bytes.
    return lock.model_dump(exclude_none=True)
