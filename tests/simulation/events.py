"""The events of a schedule: what happens to processes, machines and clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from seatrial.kube.labels import APP, LIVE, SLOT
from simulation.controllers import EVICTION_SECONDS, NODES
from simulation.machines import Machine
from simulation.plan import PlannedEvent
from simulation.process import DeployerProcess, Fate

if TYPE_CHECKING:
    from simulation.environment import SimulatedEnvironment
    from simulation.world import World


def happen(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Let an event happen to a process or its machine."""
    ON_PROCESSES[event.kind](world, event, process)


def happen_to_environment(world: World, event: PlannedEvent) -> None:
    """Let an event happen to the environment that its command works on."""
    ON_ENVIRONMENTS[event.kind](world, event, world.environment_of(event.job, event.position))


def kill(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Kill a process as `kill -9` does."""
    world.tell(process.name, "killed")
    world.scheduler.kill(process)


def interrupt(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Interrupt a process as Ctrl-C does."""
    world.tell(process.name, "interrupted (Ctrl-C)")
    process.disturbed = "interrupted"
    world.scheduler.interrupt(process)


def suspend(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Suspend the machine of a process."""
    machine, seconds = process.machine, event.seconds
    world.tell(machine.name, f"suspended for {seconds:.0f} s")
    machine.suspended += seconds
    machine.resumes = max(machine.resumes, world.scheduler.now) + seconds
    for each in world.processes_on(machine):
        each.suspended = True
        world.scheduler.suspend(each, seconds)
        if world.scheduler.current in each.tasks:
            each.pause += seconds


def cut_off(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Cut a machine off from the clusters."""
    machine = process.machine
    world.tell(machine.name, f"cut off from the clusters for {event.seconds:.0f} s")
    machine.unreachable_until = world.scheduler.now + event.seconds
    _disturb(world, machine, "cut off")


def lose_answer(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Lose the answer to the write that follows: it took effect, did not, or takes effect late."""
    which = int(event.choice * 3)
    process.next_fate = (
        Fate(arrives=True, answered=False),
        Fate(arrives=False, answered=False),
        Fate(answered=False, late=event.seconds + 1),
    )[which]
    process.disturbed = "an answer was lost"


def lose_golden_set(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Let the golden set be out of reach for a machine."""
    world.tell(process.machine.name, f"cannot load the golden set for {event.seconds:.0f} s")
    process.machine.golden_missing_until = world.scheduler.now + event.seconds
    _disturb(world, process.machine, "golden set")


def shift_clock(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Shift a machine's wall clock."""
    shift = round(1200 * event.choice - 600)
    world.tell(process.machine.name, f"clock shifted by {shift} s")
    process.machine.offset += shift


def lose_node(world: World, event: PlannedEvent, environment: SimulatedEnvironment) -> None:
    """Lose a node of a cluster; its pods are to be deleted after a while, and stay Terminating."""
    controllers, node = environment.server.controllers, NODES[int(event.choice * 2)]
    if controllers.lost_nodes:
        return
    world.tell(environment.name, f"{node} is lost")
    environment.lost_at = world.scheduler.now
    # A rollout that waits for pods on the node may fail; commands that begin later have no such reason.
    for process in world.processes:
        process.disturbed = process.disturbed or "lost node"
    controllers.lose(node)
    world.scheduler.at(world.scheduler.now + EVICTION_SECONDS, lambda: controllers.evict(node))


def lose_image(world: World, event: PlannedEvent, process: DeployerProcess) -> None:
    """Let the image of the stable release be lost: no pod of it starts, and those without users end."""
    environment = world.environment_of(event.job, event.position)
    stable, live = environment.stable(), environment.live()
    if not stable:
        return
    record, server = stable[-1], environment.server
    world.tell(environment.name, f"the image of {record.release} is lost")
    environment.lost_images.lose(record.digest, world.scheduler.now)
    name = f"{APP}-{record.slot}"
    if live and live[1] != record.release and environment.server.objects.get(("Deployment", name)):
        server.controllers.replace_pods(name)
        server.touch()


def scale(world: World, event: PlannedEvent, environment: SimulatedEnvironment) -> None:
    """Let the autoscaler change the size of its target, within its bounds."""
    server = environment.server
    scaler = server.objects.get(("HorizontalPodAutoscaler", APP))
    target = server.objects.get(("Deployment", scaler["spec"]["scaleTargetRef"]["name"])) if scaler else None
    # An autoscaler leaves a Deployment of no replicas alone.
    if not scaler or not target or not target["spec"].get("replicas", 1):
        return
    low, high = scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]
    size = low + int(event.choice * (high - low + 1))
    world.tell(environment.name, f"autoscaler sets {target['metadata']['name']} to {size}")
    server.replace_field({**target, "spec": {"replicas": size}}, "replicas")


def change_by_hand(world: World, event: PlannedEvent, environment: SimulatedEnvironment) -> None:
    """Let a person change an object with kubectl."""
    server, live = environment.server, environment.live()
    if live is None:
        return
    environment.manual_at, environment.disturbed = world.scheduler.now, True
    name = f"{APP}-{live[0]}"
    which = ("delete Deployment", "scale to 0", "edit selector", "delete Service")[int(event.choice * 4)]
    world.tell(environment.name, f"a person changes it: {which}")
    service, deployment = server.objects["Service", LIVE], server.objects.get(("Deployment", name))
    if which == "delete Deployment":
        server.delete("Deployment", name)
    elif which == "scale to 0" and deployment:
        server.replace_field({**deployment, "spec": {"replicas": 0}}, "replicas")
    elif which == "edit selector":
        other = "green" if live[0] == "blue" else "blue"
        selector = {**service["spec"]["selector"], SLOT: other}
        server.replace_field({**service, "spec": {"selector": selector}}, "selector")
    elif which == "delete Service":
        server.delete("Service", LIVE)


def _disturb(world: World, machine: Machine, why: str) -> None:
    for process in world.processes_on(machine):
        process.disturbed = why


ON_PROCESSES: dict[str, Callable[[World, PlannedEvent, DeployerProcess], None]] = {
    "kill": kill,
    "interrupt": interrupt,
    "suspend": suspend,
    "cut off": cut_off,
    "lose answer": lose_answer,
    "lose image": lose_image,
    "lose golden set": lose_golden_set,
    "shift clock": shift_clock,
}
ON_ENVIRONMENTS: dict[str, Callable[[World, PlannedEvent, SimulatedEnvironment], None]] = {
    "lose node": lose_node,
    "scale": scale,
    "change by hand": change_by_hand,
}
