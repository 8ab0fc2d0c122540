"""run: the built image alone in a container on this machine, until the user stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from imagemodel.errors import ImageModelError
from imagemodel.golden import load_golden
from seatrial import console
from seatrial.errors import SeatrialError, UsageError
from seatrial.image.docker_client import connect, engine_errors, find_image
from seatrial.image.local_container import (
    container_url,
    ended,
    local_container,
    wait_ready,
    was_stopped,
)
from seatrial.results import BuildResult, FetchResult, RunResult, StageResult, ValidateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import ResultNotFoundError, Workspace

BEFORE: tuple[type[StageResult], ...] = (FetchResult, ValidateResult, BuildResult)


def run(
    settings: Settings,
    workspace: Workspace,
    image: str = "",
    port: int = 0,
    *,
    ready: Callable[[str, str], None],
    log: Callable[[str], None],
) -> RunResult:
    """Run an image on a loopback port until Ctrl-C or SIGTERM, then remove its container.

    `image` is an image id or a name that the engine has, by default the result of `build`; `port` 0 is a free
    port. `ready` is called once with the URL and the path of a photo to try, `log` with each line of the
    app's log. Raises UsageError if there is no such image or the port is taken, OutsideError if the app ends
    by itself or is not ready within `image.ready_seconds`.
    """
    stage_run = StageRun()
    client = connect()
    found = _find(client, image) if image else find_image(client, _built_image(settings, workspace))
    with local_container(client, found.id, workspace, settings.pod, port) as container:
        url = container_url(container)
        with console.step("starting the app"):
            wait_ready(container, url, settings.image.ready_seconds)
        ready(url, _photo(workspace))
        _follow(container, log)
    return RunResult(**stage_run.fields(workspace), image_id=found.id, url=url)


def _find(client: Any, image: str) -> Any:
    try:
        return find_image(client, image)
    except UsageError as error:
        hint = f"docker pull {image}" if "/" in image else "docker images lists those that it has"
        raise UsageError(error.message, hint) from error


def _built_image(settings: Settings, workspace: Workspace) -> str:
    try:
        built = workspace.read_result(BuildResult, current=False)
    except ResultNotFoundError as error:
        raise UsageError("no image was built here", f"make {_missing(settings, workspace)} run") from error
    if (built.working_state, built.lock_digest) != (workspace.working_state, workspace.lock_digest):
        console.line("run: files or model.lock changed since this image was built; make build run has them")
    return built.image_id


def _missing(settings: Settings, workspace: Workspace) -> str:
    """Return the targets that make an image here, without those whose results are there."""
    stages = [str(kind.model_fields["stage"].default) for kind in BEFORE]
    missing = [stage for stage, kind in zip(stages, BEFORE, strict=True) if not _has(workspace, kind)]
    # A stage after one that runs again runs again too.
    needed = stages[stages.index(missing[0]) :]
    if not settings.store.url:
        needed = ["cloud", "example", "publish", *stages]
    return " ".join(needed)


def _has(workspace: Workspace, kind: type[StageResult]) -> bool:
    try:
        workspace.read_result(kind)
    except SeatrialError:
        return False
    return True


def _photo(workspace: Workspace) -> str:
    try:
        golden = load_golden(Path(workspace.read_result(FetchResult, current=False).golden_path))
        return str(max(golden.photos, key=lambda photo: photo.min_probability).path)
    except (SeatrialError, ImageModelError, OSError):
        return "photo.jpg"


def _follow(container: Any, log: Callable[[str], None]) -> None:
    try:
        with engine_errors("following the log"):
            for line in _lines(container.logs(stream=True, follow=True, tail=0)):
                log(line)
    except KeyboardInterrupt:
        return
    if not was_stopped(container):
        raise ended(container)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a stream; a chunk may have several, or a part of one."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode(errors="replace") for line in whole)
