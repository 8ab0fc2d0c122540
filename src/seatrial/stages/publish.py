"""publish: upload a model and a golden set to the store as immutable versions."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import UsageError
from seatrial.model.artefacts import GOLDEN_SET, MODEL, ArtefactKind, verified
from seatrial.model.file_safety import require_safe_files
from seatrial.model.publisher import Publishable, Publisher
from seatrial.results import Artefact, PublishResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace

NO_CHANNEL = "none"


def publish(
    settings: Settings,
    workspace: Workspace,
    *,
    model: Path | None = None,
    golden: Path | None = None,
    if_absent: bool = False,
    channel: str | None = None,
) -> PublishResult:
    """Publish a model directory, a golden set directory, or both.

    With `if_absent` an existing version with the same digest is not an error. A new model moves the channel
    of `[model]`. `channel` names another channel, which also moves for an existing version; "none" moves no
    channel. Raises UsageError if no directory is given or one does not exist, RefusedError if a file is
    unsafe or does not match the list, or the version exists.
    """
    stage_run = StageRun()
    sources = [_source(kind, folder) for kind, folder in ((GOLDEN_SET, golden), (MODEL, model)) if folder]
    if not sources:
        raise UsageError("there is nothing to publish", "make publish MODEL=dir GOLDEN=dir")
    publisher = Publisher(open_store(settings.store), workspace, settings.store.connections)
    created = _upload_missing(publisher, sources, if_absent)
    for source in sources:
        publisher.record(source)
        if source.kind is MODEL:
            _move_channel(settings, publisher, source.file_list.artefact, channel, MODEL in created)
    published = {source.kind: source.file_list.artefact for source in sources}
    return PublishResult(
        **stage_run.fields(workspace),
        model=published.get(MODEL),
        golden=published.get(GOLDEN_SET),
        created=bool(created),
    )


def _source(kind: ArtefactKind, folder: Path) -> Publishable:
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is not a directory", f"pass that of the {kind.title} (`make example` builds one)"
        )
    return Publishable(kind, folder, verified(kind, folder))


def _upload_missing(publisher: Publisher, sources: list[Publishable], if_absent: bool) -> list[ArtefactKind]:
    missing = [each for each in sources if not publisher.is_published(each, same_is_fine=if_absent)]
    # All of them before the first upload, so that nothing is published if one is refused.
    for source in missing:
        require_safe_files(source)
    return [source.kind for source in missing if publisher.upload(source)]


def _move_channel(
    settings: Settings, publisher: Publisher, artefact: Artefact, channel: str | None, new: bool
) -> None:
    if channel == NO_CHANNEL:
        return
    name = channel or settings.model.channel
    # An interrupted first publication may have left no channel; publishing again creates it.
    if new or channel or publisher.channel(artefact.name, name) is None:
        publisher.move_channel(artefact, name)
