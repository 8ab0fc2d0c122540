"""golden: make a golden or an evaluation set from a folder of photos, and a page to review it."""

from __future__ import annotations

from seatrial.model.photo_sets.create import SetRequest, drafted, seal
from seatrial.model.photo_sets.result import GoldenResult
from seatrial.report.photo_review import write_review
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def golden(settings: Settings, workspace: Workspace, request: SetRequest) -> GoldenResult:
    """Make the set of `request` and return it; it is complete once its directory exists.

    The page for the review is also written for a set that is refused because of wrong photos. Raises
    UsageError if a path, name or label is not valid or the directory has another set, RefusedError if a photo
    or the model cannot be used, or a photo of a golden set is wrong.
    """
    stage_run = StageRun()
    with drafted(request, settings.validation) as draft:
        page = write_review(request.page, draft, leave_out_wrong=request.leave_out_wrong)
        sealed, artefact, created = seal(draft, request)
    return GoldenResult(
        **stage_run.fields(workspace),
        kind=sealed.kind.title,
        artefact=artefact,
        path=str(request.out),
        page=str(page),
        model=f"{draft.model.name} {draft.model.version}",
        classes=draft.model.output.classes,
        labels=len({photo.index for photo in sealed.photos}),
        photos=len(sealed.photos),
        originals=len({photo.cluster for photo in sealed.photos}),
        right=sum(photo.right for photo in sealed.photos),
        left_out=tuple(photo.name for photo in draft.photos if photo not in sealed.photos),
        without_licence=sum(not photo.has_licence for photo in sealed.photos),
        near=tuple(photo.name for photo in sealed.photos if photo.near),
        created=created,
    )
