"""Our images in a registry, and their removal by its API. What they leave is the registry's own to sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from seatrial.errors import RefusedError
from seatrial.image.labels import LABEL_PREFIX, OCI
from seatrial.image.registry import Repository
from seatrial.retention.references import References, Removable, time_of

PAGE = 100
PAGES = 1000


@dataclass(frozen=True)
class Stored(Removable):
    """An image in a repository; `digest` is its manifest's."""

    digest: str = ""


def stored(place: Repository, named: References) -> list[Stored]:
    """Return every tagged image of a repository; what `build` did not make counts as named.

    Raises OutsideError when the registry does not answer or refuses.
    """
    found: dict[str, list[str]] = {}
    for tag in _tags(place):
        try:
            manifest = place.client.manifest(place.repository, tag)
        except RefusedError:
            # Not one image: somebody else put it there.
            continue
        if manifest:
            found.setdefault(manifest.digest, []).append(tag)
    return [_image(place, digest, tags, named) for digest, tags in found.items()]


def remove(place: Repository, image: Stored) -> None:
    """Delete an image's manifest, and with it every tag that names it."""
    place.client.call("DELETE", f"{place.repository}/manifests/{image.digest}")


def _image(place: Repository, digest: str, tags: list[str], named: References) -> Stored:
    manifest = place.client.manifest(place.repository, digest)
    config = place.client.config(place.repository, manifest.config) if manifest else {}
    labels = (config.get("config") or {}).get("Labels") or {}
    state = (labels.get(f"{LABEL_PREFIX}.working-state", ""), labels.get(f"{LABEL_PREFIX}.lock", ""))
    who = named.digests.get(digest) or named.states.get(state, "")
    if not state[0]:
        who = who or "build did not make it"
    return Stored(
        f"{place.repository}:{','.join(sorted(tags))} {digest[:19]}…",
        _created(config, labels),
        who,
        labels.get(f"{LABEL_PREFIX}.model.digest", ""),
        digest,
    )


def _tags(place: Repository) -> Iterator[str]:
    last = ""
    for _ in range(PAGES):
        words: dict[str, Any] = {"n": PAGE, **({"last": last} if last else {})}
        answer = place.client.call("GET", f"{place.repository}/tags/list", params=words)
        if answer.status_code == 404:
            return
        yield from answer.json().get("tags") or []
        following = answer.links.get("next", {}).get("url", "")
        last = parse_qs(urlsplit(following).query).get("last", [""])[0]
        if not last:
            return


def _created(config: dict[str, Any], labels: dict[str, str]) -> datetime:
    """Return when it was made: layers from a cache keep an old time, the commit's label does not."""
    return max(time_of(str(config.get("created", ""))), time_of(labels.get(f"{OCI}.created", "")))
