"""The page on which a person reviews the photos of a set before it is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

from seatrial.atomic_files import write_atomically
from seatrial.model.artefacts import GOLDEN_SET
from seatrial.model.photo_sets.draft import Draft, DraftPhoto
from seatrial.report.render import templates
from seatrial.report.thumbnails import thumbnails

SHOWN: Final = 400
"""The most photos on the page: about 4 MB."""


def write_review(page: Path, draft: Draft, *, leave_out_wrong: bool = False) -> Path:
    """Write the page of a set to `page` and return the path.

    With `leave_out_wrong` the wrong photos of a golden set are marked as left out.

    It has no external resource, and every text is escaped. Of more than SHOWN photos it shows the wrong and
    the doubtful ones first, then some of each label.
    """
    photos = selection(draft.photos, SHOWN)
    text = (
        templates()
        .get_template("photo_review.html")
        .render(
            draft=draft,
            golden=draft.kind is GOLDEN_SET,
            left_out=draft.kind is GOLDEN_SET and leave_out_wrong,
            photos=photos,
            thumbnails=thumbnails(draft.folder, [photo.file for photo in photos], SHOWN),
            labels=len({photo.index for photo in draft.photos}),
            originals=len({photo.cluster for photo in draft.photos}),
            without_licence=[photo for photo in draft.photos if not photo.has_licence],
        )
    )
    write_atomically(page, text)
    return page


def selection(photos: Sequence[DraftPhoto], limit: int) -> list[DraftPhoto]:
    """Return at most `limit` photos: wrong ones, those with a near label, some of each label."""
    wrong = [photo for photo in photos if not photo.right]
    near = [photo for photo in photos if photo.right and photo.near]
    others = _by_turns(photo for photo in photos if photo.right and not photo.near)
    return [*wrong, *near, *others][:limit]


def _by_turns(photos: Iterable[DraftPhoto]) -> Iterable[DraftPhoto]:
    by_label: defaultdict[int, list[DraftPhoto]] = defaultdict(list)
    for photo in photos:
        by_label[photo.index].append(photo)
    rows = zip_longest(*(by_label[index] for index in sorted(by_label)))
    return (photo for photo in chain.from_iterable(rows) if photo)
