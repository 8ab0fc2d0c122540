"""`model.lock`: the model and the golden set that a commit ships."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

import tomlkit
from pydantic import BaseModel, ConfigDict, ValidationError

from seatrial.errors import UsageError
from seatrial.model.layout import check_names
from seatrial.results import Artefact
from seatrial.workspace import write_atomically

DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
HEADER: Final = "The model and the golden set that this commit ships. `make update` moves the model."


class Lock(BaseModel):
    """What is locked, each by name, version and digest (`sha256:…`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Artefact
    golden: Artefact


def read_lock(path: Path) -> Lock:
    """Return the lock at `path`.

    Raises UsageError when the file is missing or not TOML, or a field is missing, unknown or no digest.
    """
    try:
        lock = Lock.model_validate(tomllib.loads(path.read_text()))
    except FileNotFoundError as error:
        raise UsageError(f"{path.name} is missing", "restore it with `git checkout model.lock`") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} is not TOML: {error}", "mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path.name}: {field}: {first['msg']}", "mend that field") from error
    for section, artefact in (("model", lock.model), ("golden", lock.golden)):
        check_names(artefact)
        if not DIGEST.fullmatch(artefact.digest):
            raise UsageError(f"{path.name}: {section}.digest is no sha256:<64 hex digits>", "mend that field")
    return lock


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock whole or not at all; the same lock has the same bytes."""
    document = tomlkit.document()
    document.add(tomlkit.comment(HEADER))
    for section, artefact in (("model", lock.model), ("golden", lock.golden)):
        table = tomlkit.table()
        table.update(artefact.model_dump())
        document.add(tomlkit.nl())
        document.add(section, table)
    write_atomically(path, tomlkit.dumps(document))
