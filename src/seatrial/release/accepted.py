"""The release that an environment has accepted and runs: the only one that may be promoted."""

from __future__ import annotations

from seatrial.errors import RefusedError
from seatrial.image_reference import digest_of_reference
from seatrial.kube.labels import deployment
from seatrial.release.holds import describe
from seatrial.release.record import Record
from seatrial.release.target import Target


def accepted_release(source: Target, image: str = "") -> Record:
    """Return the release that `source` has accepted and runs.

    `image` is the expected image (a reference or a digest), if there is one. Raises RefusedError if no
    release is accepted there, it has another image, or something else runs.
    """
    stable = source.records.stable()
    if not stable:
        raise RefusedError(
            f"{source.name} has no accepted release", f"make deploy accept ENV={source.name} comes first"
        )
    if image and digest_of_reference(image) != stable.reference.digest:
        raise _another_image(source, stable, digest_of_reference(image) or image)
    require_not_taken_back(source, stable.release)
    _require_live(source, stable)
    _require_running(source, stable)
    return stable


def require_not_taken_back(source: Target, release: str) -> None:
    """Raise RefusedError if a release of `source` was rolled back, or a rollback from it is under way.

    It need not be the stable one: a later release may have replaced it.
    """
    record, returning = source.records.find(release), source.records.returning()
    state = record.state if record else "no longer recorded"
    if not record or state not in ("stable", "superseded", "returning"):
        raise RefusedError(f"{release} of {source.name} is {state}", f"make history ENV={source.name}")
    if record.hold or (returning and returning.replaces == release):
        why = describe(record) or f"a rollback to {returning.release if returning else ''} is under way"
        raise RefusedError(f"{source.name} takes {release} back: {why}", f"make history ENV={source.name}")


def _another_image(source: Target, stable: Record, digest: str) -> RefusedError:
    known = [each for each in source.records.all() if each.reference.digest == digest]
    found = f"{known[-1].release}, {known[-1].state}" if known else f"not a release of {source.name}"
    return RefusedError(
        f"{digest[:19]}… is {found}; {source.name} runs {stable.release}, {stable.reference.digest[:19]}…",
        f"make history ENV={source.name}; without --image (IMAGE=) the running release is promoted",
    )


def _require_live(source: Target, stable: Record) -> None:
    live = source.slots.live()
    if not live or live.release != stable.release:
        runs = live.release or "an unnamed release" if live else "no release"
        raise RefusedError(
            f"users of {source.name} are sent to {runs}, but {stable.release} is the accepted release",
            f"make accept or make rollback ENV={source.name} first",
        )


def _require_running(source: Target, stable: Record) -> None:
    found = source.cluster.get("Deployment", deployment(stable.slot), source.environment.namespace)
    pods = found["spec"]["template"]["spec"]["containers"] if found else []
    images = [container["image"] for container in pods]
    if str(stable.reference) not in images:
        raise RefusedError(
            f"slot {stable.slot} of {source.name} runs {', '.join(images) or 'nothing'} instead of the image "
            f"of {stable.release}: it was changed manually",
            f"release to {source.name} again",
        )
    if not source.slots.available(stable.slot, stable.release):
        raise RefusedError(
            f"{stable.release} has no available replica in {source.name}", "make status; make trace"
        )
