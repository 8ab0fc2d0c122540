"""build: build the image of the app and its model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagemodel.card import Card
from imagemodel.errors import ImageModelError
from imagemodel.verify import verify
from seatrial import console
from seatrial.atomic_files import temporary_directory
from seatrial.errors import RefusedError
from seatrial.image.base import parse_base
from seatrial.image.builder import BuildInputs, build_image
from seatrial.image.context import write_context
from seatrial.image.docker_client import connect, engine_errors, find_image
from seatrial.image.labels import image_labels
from seatrial.image.leaks import (
    known_secrets,
    require_no_secrets_in_config,
    require_no_secrets_in_file,
)
from seatrial.image.monitored_labels import monitored_labels
from seatrial.image.size import layer_sizes, require_size_within
from seatrial.results import BuildResult, FetchResult, ValidateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def build(settings: Settings, workspace: Workspace, environ: Mapping[str, str] = os.environ) -> BuildResult:
    """Build the image of this working state and lock; return its image id and layer sizes.

    `environ` may name a certificate bundle (SSL_CERT_FILE), and its secrets must not be in the image. Raises
    RefusedError if there is no passing report for this model and golden set, if the image would contain a
    secret, or if it exceeds the size budget; OutsideError if engine, base image or disk fail. A refused image
    gets no tag.
    """
    stage_run = StageRun()
    fetched, card = _validated_model(workspace)
    secrets = known_secrets(settings, environ)
    base = parse_base(settings.image.base)
    client = connect()
    labels = image_labels(settings, workspace, card, fetched, _commit_time(workspace))
    # In the instance's directory, where the next build removes what a killed one has left.
    with temporary_directory(workspace.directory / "build") as folder:
        context = _scanned_context(workspace, fetched, folder, secrets)
        certificates = _certificates(environ)
        inputs = BuildInputs(context, str(base), workspace.revision, labels, certificates)
        with console.step("building the image"):
            image_id = build_image(inputs)
    layers = _scanned_layers(client, image_id, secrets)
    size = require_size_within(settings.image.budget_mb, layers)
    _tag(client, image_id, settings, workspace)
    return BuildResult(
        **stage_run.fields(workspace),
        image_id=image_id,
        model=fetched.model,
        golden=fetched.golden,
        size=size,
        layers=layers,
        base=str(base),
        base_state=base.state,
    )


def local_tag(image_id: str, working_state: str) -> str:
    """Return the tag of an image id and the working state of its build; it is never reused."""
    return f"{working_state[:12]}-{image_id.removeprefix('sha256:')[:12]}"


def _validated_model(workspace: Workspace) -> tuple[FetchResult, Card]:
    fetched = workspace.read_result(FetchResult)
    report = workspace.read_result(ValidateResult)
    judged = (report.model, report.golden, report.evaluation)
    if judged != (fetched.model, fetched.golden, fetched.evaluation):
        message = "the validation report is of another model, golden set or evaluation set"
        raise RefusedError(message, "make validate")
    if not report.passed:
        failed = ", ".join(check.name for check in report.verdicts if not check.passed)
        raise RefusedError(f"{report.model.name} {report.model.version} failed: {failed}", "make validate")
    try:
        return fetched, verify(Path(fetched.model_path), fetched.model.digest)
    except (ImageModelError, OSError) as error:
        raise RefusedError(f"the fetched model is damaged: {error}", "make fetch") from error


def _scanned_context(
    workspace: Workspace, fetched: FetchResult, folder: Path, secrets: frozenset[bytes]
) -> Path:
    target = folder / "context"
    target.mkdir()
    write_context(workspace.root, Path(fetched.model_path), target, _monitored_labels(fetched))
    for path in sorted(target.rglob("*")):
        if path.is_file():
            require_no_secrets_in_file(str(path.relative_to(target)), path, secrets)
    return target


def _monitored_labels(fetched: FetchResult) -> tuple[str, ...] | None:
    if fetched.evaluation is None:
        return None
    try:
        return monitored_labels(
            Path(fetched.evaluation_path), fetched.evaluation.digest, Path(fetched.model_path)
        )
    except ImageModelError as error:
        raise RefusedError(f"the fetched evaluation set is damaged: {error}", "make fetch") from error


def _certificates(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("SSL_CERT_FILE", "")
    return Path(named) if named and Path(named).is_file() else None


def _commit_time(workspace: Workspace) -> str:
    return workspace.git("show", "-s", "--format=%cI", workspace.commit)


def _scanned_layers(client: Any, image_id: str, secrets: frozenset[bytes]) -> dict[str, int]:
    found = find_image(client, image_id)
    with engine_errors("reading the history of the image"):
        history = found.history()
    require_no_secrets_in_config(found.attrs, history, secrets)
    return layer_sizes(history)


def _tag(client: Any, image_id: str, settings: Settings, workspace: Workspace) -> None:
    # `docker image prune` deletes untagged images.
    with engine_errors("tagging the image"):
        name = f"seatrial/{settings.registry.repository}"
        find_image(client, image_id).tag(name, local_tag(image_id, workspace.working_state))
