"""build: one image that holds the app and its model."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagemodel.card import Card
from imagemodel.errors import ImageModelError
from imagemodel.verify import verify
from seatrial import console
from seatrial.errors import RefusedError
from seatrial.image.anatomy import refuse_weight, weigh
from seatrial.image.builder import Recipe, build_image
from seatrial.image.context import make_context
from seatrial.image.engine import connect, failures, find_image
from seatrial.image.labels import image_labels
from seatrial.image.leaks import known_secrets, refuse_in_config, refuse_leaks
from seatrial.process import run
from seatrial.results import BuildResult, FetchResult, ValidateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def build(settings: Settings, workspace: Workspace, environ: Mapping[str, str] = os.environ) -> BuildResult:
    """Build the image of this working state and lock, and return its id and what is in it.

    `environ` names the certificate bundle to trust (SSL_CERT_FILE) and holds secrets that no image may.
    Raises RefusedError without a passing report for exactly this model and golden set, for a secret in
    what would be built, and over the size budget; OutsideError when engine, base or disk fail. Refused,
    it leaves no tag.
    """
    stamp = StageRun()
    fetched, card = _proven(workspace)
    secrets = known_secrets(settings, environ)
    client = connect()
    with tempfile.TemporaryDirectory(prefix="seatrial-build-") as folder:
        context = _context(workspace, Path(fetched.model_path), Path(folder), secrets)
        recipe = Recipe(
            context=context,
            base=settings.image.base,
            commit=workspace.revision,
            labels=image_labels(settings, workspace, card, fetched, _committed(workspace)),
            ca=_certificates(environ),
        )
        with console.step("building the image"):
            image = build_image(recipe)
    layers = _inspect(client, image, secrets)
    size = refuse_weight(layers, settings.image.budget_mb)
    _tag(client, image, settings, workspace)
    return BuildResult(
        **stamp.fields(workspace),
        image_id=image,
        model=fetched.model,
        golden=fetched.golden,
        size=size,
        layers=layers,
    )


def local_tag(image: str, working_state: str) -> str:
    """Return the tag that names one image and the working state it was built from; never reused."""
    return f"{working_state[:12]}-{image.removeprefix('sha256:')[:12]}"


def _proven(workspace: Workspace) -> tuple[FetchResult, Card]:
    fetched = workspace.read_result(FetchResult)
    report = workspace.read_result(ValidateResult)
    if (report.model, report.golden) != (fetched.model, fetched.golden):
        raise RefusedError("the report is of another model or golden set", "make validate")
    if not report.passed:
        failed = ", ".join(verdict.name for verdict in report.verdicts if not verdict.passed)
        raise RefusedError(
            f"{report.model.name} {report.model.version} did not pass: {failed}", "make validate"
        )
    try:
        return fetched, verify(Path(fetched.model_path), fetched.model.digest)
    except (ImageModelError, OSError) as error:
        raise RefusedError(f"the fetched model is not whole: {error}", "make fetch") from error


def _context(workspace: Workspace, model: Path, folder: Path, secrets: frozenset[bytes]) -> Path:
    target = folder / "context"
    target.mkdir()
    make_context(workspace.root, model, target)
    for path in sorted(target.rglob("*")):
        if path.is_file():
            refuse_leaks(str(path.relative_to(target)), path.read_bytes(), secrets)
    return target


def _certificates(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("SSL_CERT_FILE", "")
    return Path(named) if named and Path(named).is_file() else None


def _committed(workspace: Workspace) -> str:
    words = ["git", "show", "-s", "--format=%cI", workspace.commit]
    return run(words, timeout=60, cwd=workspace.root, separate_stderr=True).output.strip()


def _inspect(client: Any, image: str, secrets: frozenset[bytes]) -> dict[str, int]:
    found = find_image(client, image)
    with failures("reading the image's history"):
        history = found.history()
    refuse_in_config(found.attrs, history, secrets)
    return weigh(history)


def _tag(client: Any, image: str, settings: Settings, workspace: Workspace) -> None:
    # Without a name the engine's clean-up would take it away.
    with failures("naming the image"):
        name = f"seatrial/{settings.registry.repository}"
        find_image(client, image).tag(name, local_tag(image, workspace.working_state))
