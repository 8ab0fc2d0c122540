"""Remove an instance."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound

from localcloud import engine, kind_leftovers
from localcloud.engine import connection
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance, InstanceError, locked
from localcloud.make_commands import DEFAULT
from localcloud.progress import ProgressReporter
from localcloud.wait import retry

REMOVE_SECONDS = 30


def down(instance: Instance, progress: ProgressReporter) -> None:
    """Remove the instance's containers, volumes, network and files.

    If no engine responds, only the files are removed, with a line about it. Raises LocalcloudError if the
    engine does not remove something.
    """
    with locked(instance, progress.line), progress.step(f"remove {instance.name}", "removing"):
        found = engine.find()
        client = connection.connect(found.host) if found else None
        try:
            if client:
                _remove_from_engine(client, instance)
            else:
                progress.line(
                    f"no container engine responds: the files of {instance.name} are removed; if it has "
                    "containers, start the engine and run make down again"
                )
            kind_leftovers.remove(client)
        finally:
            if client:
                client.close()
        shutil.rmtree(instance.directory)
        _remove_parent_if_empty(instance)


def all_of(workspace: Instance) -> list[Instance]:
    """Return every instance of a checkout that has files, or a network in the engine."""
    names = {path.parent.name for path in (workspace.root / ".seatrial").glob("*/local.toml")}
    names |= {path.parent.name for path in (workspace.root / ".seatrial").glob("*/secrets")}
    found = engine.find()
    if found:
        client = connection.connect(found.host)
        label = f"seatrial.workspace={workspace.root}"
        networks = client.networks.list(filters={"label": label})
        names |= {network.attrs["Labels"]["seatrial.instance"] for network in networks}
        client.close()
    return [Instance(name, workspace.root) for name in sorted(names)]


def require_existing(instance: Instance) -> None:
    """Raise InstanceError, naming the instances of the checkout, if this one is not among them.

    Before the first `make up` the default instance need not exist.
    """
    names = [each.name for each in all_of(instance)]
    if instance.name not in names and (names or instance.name != DEFAULT):
        known = f"INSTANCE= is one of {', '.join(names)}; " if names else ""
        hint = f"{known}make up INSTANCE={instance.name} makes it"
        raise InstanceError(f"This checkout has no instance {instance.name}", hint)


def _remove_from_engine(client: DockerClient, instance: Instance) -> None:
    labels = [f"{key}={value}" for key, value in instance.selector.items()]
    owned = client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    nodes = {"label": f"{kind_leftovers.KIND_LABEL}={instance.docker_name}"}
    owned += client.containers.list(all=True, filters=nodes, ignore_removed=True)
    _remove_all(owned, lambda container: container.remove(force=True, v=True))
    _remove_all(client.volumes.list(filters={"label": labels}), lambda volume: volume.remove(force=True))
    _remove_all(client.networks.list(filters={"label": labels}), _remove_network)


def _remove_network(network: Any) -> None:
    """Remove a network after disconnecting other instances' registries from it."""
    network.reload()
    for container in network.attrs["Containers"] or {}:
        network.disconnect(container, force=True)
    network.remove()


def _remove_all(resources: Iterable[Any], remove: Callable[[Any], None]) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda resource: _remove(resource, remove), resources))


def _remove(resource: Any, remove: Callable[[Any], None]) -> None:
    """Retry for a while: the engine returns 409 while another removal of the same resource is in progress."""
    try:
        retry(lambda: _remove_if_present(resource, remove), APIError, seconds=REMOVE_SECONDS)
    except APIError as error:
        name = getattr(resource, "name", resource)
        raise LocalcloudError(
            f"The container engine did not remove {name}: {error.explanation or error}",
            "run make down again; docker ps -a lists what is left",
        ) from error


def _remove_if_present(resource: Any, remove: Callable[[Any], None]) -> None:
    try:
        remove(resource)
    except NotFound:
        return


def _remove_parent_if_empty(instance: Instance) -> None:
    try:
        instance.directory.parent.rmdir()
    except OSError:
        # Not empty: other instances, or the caches of tools.
        return
