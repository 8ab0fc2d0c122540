"""What an environment runs and has accepted: all that may be promoted from it."""

from __future__ import annotations

from seatrial.errors import RefusedError
from seatrial.kube.labels import deployment
from seatrial.release.record import Record
from seatrial.release.target import Target


def accepted_release(source: Target, image: str = "") -> Record:
    """Return the release that `source` has accepted and runs.

    `image` is the one that is meant (a reference or a bare digest), if one is. Raises RefusedError when
    nothing is accepted there, something else is meant, or something else runs.
    """
    stable = source.records.stable()
    if not stable:
        raise RefusedError(
            f"nothing is accepted in {source.name}", f"make deploy accept ENV={source.name} comes first"
        )
    if image and digest_in(image) != digest_in(stable.reference):
        raise _other(source, stable, digest_in(image))
    _refuse_unless_live(source, stable)
    _refuse_unless_running(source, stable)
    return stable


def digest_in(reference: str) -> str:
    """Return the digest of a reference, or the bare digest itself."""
    return reference.rpartition("@")[2]


def _other(source: Target, stable: Record, digest: str) -> RefusedError:
    known = [r for r in source.records.all() if digest_in(r.reference) == digest]
    what = f"{known[-1].release} there, {known[-1].state}" if known else "no release there"
    return RefusedError(
        f"{digest[:19]}… is {what}; {source.name} runs {stable.release}, {digest_in(stable.reference)[:19]}…",
        f"make history ENV={source.name}; without IMAGE= what it runs is promoted",
    )


def _refuse_unless_live(source: Target, stable: Record) -> None:
    live = source.slots.live()
    if not live or live.release != stable.release:
        runs = live.release or "something of no name" if live else "nothing"
        raise RefusedError(
            f"users of {source.name} reach {runs}, but {stable.release} is the accepted release",
            f"make accept or make rollback ENV={source.name} first",
        )


def _refuse_unless_running(source: Target, stable: Record) -> None:
    found = source.cluster.get("Deployment", deployment(stable.slot), source.environment.namespace)
    pods = found["spec"]["template"]["spec"]["containers"] if found else []
    images = [container["image"] for container in pods]
    if stable.reference not in images:
        raise RefusedError(
            f"slot {stable.slot} of {source.name} runs {', '.join(images) or 'nothing'}, not the image "
            f"of {stable.release}: somebody changed it by hand",
            f"release to {source.name} anew",
        )
    if not source.slots.available(stable.slot, stable.release):
        raise RefusedError(f"no pod of {stable.release} answers in {source.name}", "make status; make trace")
