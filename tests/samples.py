"""Test data of the pipeline: a golden set of coloured photos, a git checkout, settings and a lock."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

from colours import LABELS, photo
from imagemodel.evaluation import EvaluationSet, load_evaluation
from imagemodel.golden import GoldenSet, load_golden
from imagemodel.seal import canonical_json, describe_file, seal
from seatrial.model.locks.lock import Lock, write_lock
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.workspace import Workspace

# The least that a seatrial.toml has, with the environment `local`.
MINIMAL_TOML = """
[model]
name = "m"
[golden]
name = "g"
[image]
base = "b"
[environments.local]
namespace = "n"
overlay = "o"
host = "h"
"""


def write_golden(directory: Path, *, min_probability: float = 0.9, version: str = "1.0.0") -> GoldenSet:
    """Write a golden set with one photo per colour, as classified by the model of `colours.write_model`."""
    directory.mkdir(parents=True)
    rows = [_photo(directory, index, min_probability) for index in range(len(LABELS))]
    listing = {"schema": 1, "name": "colour-photos", "version": version, "photos": rows}
    (directory / "golden.json").write_bytes(canonical_json(listing))
    return load_golden(directory)


def _photo(directory: Path, index: int, min_probability: float) -> dict[str, Any]:
    label, image = LABELS[index], photo(LABELS[index], kind="PNG")
    (directory / f"{label}.png").write_bytes(image)
    return {
        "file": f"{label}.png",
        "sha256": hashlib.sha256(image).hexdigest(),
        "size": len(image),
        "label": label,
        "index": index,
        "min_probability": min_probability,
        "source": "drawn by the tests",
        "licence": "MIT",
    }


def keep_red(golden: Path) -> None:
    """Keep the red photo of such a golden set alone."""
    listing = json.loads((golden / "golden.json").read_text())
    listing["photos"] = listing["photos"][:1]
    (golden / "golden.json").write_bytes(canonical_json(listing))
    for colour in LABELS[1:]:
        (golden / f"{colour}.png").unlink()


def write_evaluation(directory: Path, *, copies: int = 2, version: str = "1.0.0") -> EvaluationSet:
    """Write an evaluation set of `copies` photos of each colour; all but the first are variants of it."""
    directory.mkdir(parents=True)
    indices = range(len(LABELS))
    rows = [_evaluation_photo(directory, index, copy) for index in indices for copy in range(copies)]
    listing = {"schema": 1, "name": "many-colours", "version": version, "photos": rows}
    (directory / "evaluation.json").write_bytes(canonical_json(listing))
    return load_evaluation(directory)


def _evaluation_photo(directory: Path, index: int, copy: int) -> dict[str, Any]:
    label = LABELS[index]
    path, first = directory / f"{label}-{copy}.png", f"{label}-0.png"
    path.write_bytes(photo(label, side=24 + copy, kind="PNG"))
    row = {"file": path.name, **describe_file(path), "label": label, "index": index}
    row |= {"source": "drawn by the tests", "licence": "MIT"}
    return row if copy == 0 else {**row, "original": first}


def reseal(model: Path, **changes: object) -> None:
    """Write the card of a model again, with changes, for the current files of its directory."""
    card = json.loads((model / "model.json").read_text())
    card.pop("files")
    seal(model, {**card, **changes})


def make_checkout(directory: Path, instance: str = "dev") -> Workspace:
    """Return a workspace in a new git repository with one commit."""
    directory.mkdir(parents=True)
    (directory / "seatrial.toml").write_text(
        '[model]\nname = "colours"\n[golden]\nname = "colour-photos"\n[image]\nbase = "none"\n'
        '[environments.local]\nnamespace = "local"\noverlay = "none"\nhost = "local.seatrial.test"\n'
    )
    (directory / ".gitignore").write_text("/.seatrial/\n")
    git = ["git", "-C", str(directory), "-c", "user.name=A Tester", "-c", "user.email=tester@seatrial.test"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "A checkout for a test"]):
        subprocess.run([*git, *arguments], check=True, timeout=60)
    return Workspace(directory, instance)


def commit_all(workspace: Workspace) -> None:
    """Commit everything in a checkout."""
    identity = ("-c", "user.name=A Tester", "-c", "user.email=tester@seatrial.test")
    workspace.git("add", "--all")
    workspace.git(*identity, "commit", "-q", "-m", "A change for a test")


def make_settings(**store: Any) -> Settings:
    """Return settings for the colours model and this store."""
    values: dict[str, Any] = {
        "model": {"name": "colours"},
        "golden": {"name": "colour-photos"},
        "image": {"base": "none"},
        "store": store,
        "environments": {},
        "_local": {},
        "_flags": {},
    }
    return Settings(**values)


def lock_to(
    workspace: Workspace, model: Artefact, golden: Artefact, evaluation: Artefact | None = None
) -> Lock:
    """Write and return a model.lock that names these artefacts."""
    lock = Lock(model=model, golden=golden, evaluation=evaluation)
    write_lock(workspace.lock, lock)
    return lock
