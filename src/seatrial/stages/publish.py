"""publish: upload a model, a golden set and an evaluation set to the store as immutable versions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL, ArtefactKind, verified
from seatrial.model.published.checks import require_valid
from seatrial.model.published.file_safety import require_safe_files
from seatrial.model.published.publication import PublicationState, Publishable, Upload
from seatrial.model.published.publisher import Publisher
from seatrial.results import PublishResult
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
    evaluation: Path | None = None,
    if_absent: bool = False,
    channel: str | None = None,
) -> PublishResult:
    """Publish the directories of a model, a golden set and an evaluation set, or of some of them.

    With `if_absent` an existing version with the same digest is not an error. An interrupted publication is
    completed, with or without it. A new model moves the channel of `[model]`; a completed one does so unless
    the channel points to a version that is not older. `channel` names another channel, which also moves for
    an existing version; "none" moves no channel.

    Everything that can be known is found out before the first byte is sent. Raises UsageError if no directory
    is given or one does not exist, the channel is not valid, or the publisher has no name; RefusedError if a
    file is unsafe or does not match the list, a network is not as its card describes it, a photo cannot be
    decoded, or the version exists; StoreAccessError if the store refuses the identity.
    """
    stage_run = StageRun()
    given = ((EVALUATION_SET, evaluation), (GOLDEN_SET, golden), (MODEL, model))
    sources = [_source(kind, folder) for kind, folder in given if folder]
    if not sources:
        raise UsageError("there is nothing to publish", "make publish MODEL=dir GOLDEN=dir EVALUATION=dir")
    publisher = Publisher(open_store(settings.store), workspace, settings.store.connections)
    publications = [_Publication(source, publisher.state(source)) for source in sources]
    _require_publishable(settings, publications, if_absent)
    due = [each for each in publications if each.state is not PublicationState.COMPLETE]
    # Before the first upload, because it needs git and the publisher's name.
    records = [(each.source, publisher.publication_record(each.source)) for each in due]
    _require_access(settings, publisher, publications, channel)
    for each in publications:
        if each.state is PublicationState.COMPLETE:
            publisher.add_to_index(each.source)
        elif each.state is PublicationState.ABSENT:
            each.upload = publisher.upload(each.source)
    kept = _move_channel(settings, publisher, publications, channel)
    for source, record in records:
        publisher.record(source, record)
    published = {source.kind: source.file_list.artefact for source in sources}
    return PublishResult(
        **stage_run.fields(workspace),
        model=published.get(MODEL),
        golden=published.get(GOLDEN_SET),
        evaluation=published.get(EVALUATION_SET),
        created=any(each.created for each in publications),
        completed=any(each.was_interrupted for each in publications),
        channel_kept_at=kept,
    )


@dataclass
class _Publication:
    source: Publishable
    state: PublicationState
    upload: Upload | None = None

    @property
    def created(self) -> bool:
        return self.upload is not None and self.upload.created

    @property
    def was_interrupted(self) -> bool:
        return self.state is PublicationState.INTERRUPTED or (self.upload is not None and self.upload.resumed)


def _source(kind: ArtefactKind, folder: Path) -> Publishable:
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is not a directory", f"pass that of the {kind.title} (`make example` builds one)"
        )
    return Publishable(kind, folder, verified(kind, folder))


def _require_publishable(settings: Settings, publications: list[_Publication], if_absent: bool) -> None:
    # All of them before the first upload, so that nothing is published if one is refused.
    for each in publications:
        if each.state is PublicationState.COMPLETE and not if_absent:
            message = f"{each.source.title} is already published, with the same digest"
            raise RefusedError(message, "use --if-absent to accept that")
    new = [each.source for each in publications if each.state is PublicationState.ABSENT]
    for source in new:
        require_safe_files(source)
    require_valid(new, settings.validation)


def _require_access(
    settings: Settings, publisher: Publisher, publications: list[_Publication], channel: str | None
) -> None:
    for each in publications:
        if each.state is not PublicationState.COMPLETE:
            publisher.require_write_access(each.source)
    if model := _model_of_channel(publications, channel):
        name, moved = model.source.file_list.artefact.name, channel or settings.model.channel
        absent = publisher.channel(name, moved) is None
        if channel or absent or model.state is not PublicationState.COMPLETE:
            publisher.require_channel_access(name, moved)


def _model_of_channel(publications: list[_Publication], channel: str | None) -> _Publication | None:
    """Return the model that is published, unless no channel is to be moved."""
    models = [each for each in publications if each.source.kind is MODEL]
    return models[0] if models and channel != NO_CHANNEL else None


def _move_channel(
    settings: Settings, publisher: Publisher, publications: list[_Publication], channel: str | None
) -> str:
    """Move the channel if it is due, and return the version at which it stays if that is not older."""
    model = _model_of_channel(publications, channel)
    if model is None:
        return ""
    artefact, name = model.source.file_list.artefact, channel or settings.model.channel
    if channel or publisher.channel(artefact.name, name) is None:
        return publisher.move_channel(artefact, name)
    if model.created or model.was_interrupted:
        return publisher.move_channel(artefact, name, only_forward=model.was_interrupted)
    return ""
