"""What must hold after every step, each as a function that returns what is wrong, or an empty string."""

from __future__ import annotations

import json
from collections.abc import Mapping

from seatrial.kube.labels import RELEASE
from simulation.environment import SimulatedEnvironment
from simulation.images import LEASE_SECONDS
from simulation.process import DeployerProcess
from simulation.write import Write

# States in which a release may have users.
USERS_ALLOWED = ("stable", "pending", "returning")
# States after which a release never has users again.
GIVEN_UP = ("refused", "switched-back", "rolled-back")
# After the loss of a node: eviction, then the start of other pods.
NODE_LOSS_SECONDS = 30.0


def serves(environment: SimulatedEnvironment, now: float) -> str:
    """The live Service selects a Deployment that exists and has ready replicas, once anything was stable.

    Exempt: after a change by hand until the next command that reverts it and ends with 0; after the loss of
    a node for NODE_LOSS_SECONDS; a release whose image was lost between the look at its replicas and the
    switch to it.
    """
    if not environment.ever_stable or environment.manual or _node_just_lost(environment, now):
        return ""
    live = environment.live()
    if live is None:
        return "there is no live Service"
    if live[1] == environment.lost_images.raced:
        return ""
    deployment = environment.server.objects.get(("Deployment", f"classifier-{live[0]}"))
    if deployment is None:
        return f"users are sent to slot {live[0]}, which has no Deployment"
    if deployment["metadata"]["labels"].get(RELEASE) != live[1]:
        return f"users are sent to {live[1]}, but slot {live[0]} has another release"
    return "" if environment.live_pods() else f"users are sent to {live[1]}, which has no ready replica"


def users_on_known_release(environment: SimulatedEnvironment) -> str:
    """Users are only sent to a release that is stable, pending, or being restored by a rollback.

    Exempt: after a change by hand until the next command that reverts it and ends with 0; a first live
    Service that was created late.
    """
    live = environment.live()
    if not live or environment.manual or environment.late_service == live[1]:
        return ""
    record = environment.record(live[1])
    if record is None:
        return f"users are sent to {live[1]}, which has no record"
    return "" if record.state in USERS_ALLOWED else f"users are sent to {live[1]}, which is {record.state}"


def not_given_up(environment: SimulatedEnvironment, write: Write) -> str:
    """A release that was refused, switched back or rolled back never gets users again by itself.

    Exempt: a first live Service that was created late. It selects no pod, and `settle` or the next release
    replaces it.
    """
    live = environment.live()
    if not live or live == write.live_before or environment.manual or environment.late_service == live[1]:
        return ""
    if live[1] in environment.left:
        return f"{write.process.name} sends users back to {live[1]}, from which a rollback had taken them"
    record = environment.record(live[1])
    given_up = [state for state in (record.states if record else ()) if state in GIVEN_UP]
    return f"{write.process.name} sends users to {live[1]}, which was {given_up[0]}" if given_up else ""


def rollback_left(environment: SimulatedEnvironment, command: str, code: int) -> str:
    """A rollback never ends with users on the release that an earlier one left; with 0 if one began to."""
    live = environment.live()
    if command != "rollback" or not live or environment.manual:
        return ""
    left = environment.left | (environment.leaving if code == 0 else set())
    return f"rollback ends {code}, users are on {live[1]}, which a rollback left" if live[1] in left else ""


def holds_lease(environment: SimulatedEnvironment, write: Write) -> str:
    """A deployer that lost its Lease changes nothing any more.

    Exempt: a request to create an object (not to change one that was deleted), if the deployer's request
    before that read the Lease as its own; a write to an object that no later holder has read or written,
    because such a write precedes everything that a later holder decides.
    """
    process, call = write.process, write.call
    if environment.holder is process or not call.writes:
        return ""
    if call.verb == "create" and call.asked:
        return ""
    acquired = process.acquired.get(environment.name, 0)
    if acquired and environment.touched.get((call.kind, call.name), 0) <= acquired:
        return ""
    holder = environment.holder.name if environment.holder else "nobody"
    return f"{process.name} writes ({call}) although {holder} acquired the Lease"


def asks_for_lease(environment: SimulatedEnvironment, process: DeployerProcess, now: float) -> str:
    """A deployer whose Lease may have expired asks for it before it goes on, also after a suspend.

    Exempt: while its machine reaches no cluster.
    """
    renewed = process.renewed.get(environment.name, now)
    if environment.holder is process or now - renewed <= LEASE_SECONDS or not process.reaches_cluster():
        return ""
    return f"{process.name} goes on {now - renewed:.0f} s after its last renewal; another holds the Lease"


def candidate_is_large_enough(environment: SimulatedEnvironment, write: Write, now: float) -> str:
    """Users are switched to another slot only when it has as many ready replicas as the slot before.

    The size of the slot before is the least that the deployer could read in its last requests. Exempt: a
    switch back from an unaccepted release, which does not wait; a lost node or a change by hand.
    """
    live, before = environment.live(), write.live_before
    if not live or not before or live[0] == before[0] or environment.disturbed:
        return ""
    left = environment.record(before[1])
    if not left or left.state != "stable" or _node_just_lost(environment, now):
        return ""
    sizes = [each.live_size for each in write.process.recent if each.environment == environment.name]
    ready = environment.server.controllers.ready_count(f"classifier-{live[0]}", live[1])
    wanted = min(sizes, default=0)
    return f"{live[1]} has {ready} ready replicas, {before[1]} has {wanted}" if ready < wanted else ""


def stable_is_kept(environment: SimulatedEnvironment, write: Write) -> str:
    """No command takes the ready replicas of the stable release away while no other is accepted."""
    if not write.stable_ready_before or environment.stable_ready() or not environment.stable():
        return ""
    return f"{write.process.name} removes {environment.stable()[-1].release}, which is stable and ready"


def promoted_is_stable(environment: SimulatedEnvironment, write: Write) -> str:
    """`promote` switches only to what was stable in the source in its last requests."""
    live = environment.live()
    if write.process.command != "promote" or not live or live == write.live_before:
        return ""
    record = environment.record(live[1])
    if not record or record.state != "pending":
        return ""
    if any(record.digest in each.source_digests for each in write.process.recent):
        return ""
    return f"{live[1]} gets users, although the source has taken its image back"


def one_stable(environment: SimulatedEnvironment, command: str, code: int) -> str:
    """After a command that ended with 0 at most one release is stable.

    Exempt: `resume`, which finishes nothing.
    """
    stable = [each.release for each in environment.stable()]
    if code or command == "resume" or len(stable) < 2:
        return ""
    return f"after exit code 0 of {command} {' and '.join(stable)} are stable"


def stored(environment: SimulatedEnvironment, documents: Mapping[str, bytes]) -> str:
    """The store has what the environment has accepted: of two stable releases the newer one."""
    document = documents.get(f"environments/{environment.name}.json")
    found = json.loads(document)["release"] if document else ""
    stable = [each.release for each in environment.stable()]
    if not stable or stable[-1] == found:
        return ""
    return f"the store has {found or 'no release'} for {environment.name}, stable is {' and '.join(stable)}"


def agrees(environment: SimulatedEnvironment) -> str:
    """Records, Service and Deployments agree once nobody works."""
    open_records = [each.release for each in environment.records() if each.open]
    stable, live = environment.stable(), environment.live()
    if open_records:
        return f"unfinished: {', '.join(open_records)}"
    if len(stable) != 1:
        return f"{len(stable)} stable releases" if stable or environment.ever_stable or live else ""
    if live != (stable[0].slot, stable[0].release):
        return f"users are sent to {live}, stable is {stable[0].release}"
    objects = environment.server.objects
    slots = [name for kind, name in objects if kind == "Deployment"]
    if slots != [f"classifier-{stable[0].slot}"]:
        return f"Deployments {slots}, stable is in {stable[0].slot}"
    image = objects["Deployment", slots[0]]["spec"]["template"]["spec"]["containers"][0]["image"]
    if not image.endswith(stable[0].digest):
        return f"{slots[0]} runs {image} instead of {stable[0].digest}"
    return "the preview Service still exists" if ("Service", "classifier-preview") in objects else ""


def _node_just_lost(environment: SimulatedEnvironment, now: float) -> bool:
    return environment.lost_at is not None and now < environment.lost_at + NODE_LOSS_SECONDS
