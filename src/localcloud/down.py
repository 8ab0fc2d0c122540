"""Taking an instance away, whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from localcloud import engine, traces
from localcloud.engine import connection
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance, alone
from localcloud.report import Report

REMOVE_SECONDS = 30


def down(instance: Instance, report: Report) -> None:
    """Remove the instance's containers, volumes, network and files; nothing of it is left.

    Where no engine answers only the files go. Raises LocalcloudError where the engine refuses.
    """
    with alone(instance), report.step(f"remove {instance.name}"):
        found = engine.find()
        client = connection.connect(found.host) if found else None
        try:
            if client:
                _empty(client, instance)
            traces.remove(client)
        finally:
            if client:
                client.close()
        shutil.rmtree(instance.directory)
        _remove_if_empty(instance)


def all_of(workspace: Instance) -> list[Instance]:
    """Return every instance of a checkout that has files or anything in the engine."""
    names = {path.name for path in (workspace.root / ".seatrial").glob("*/local.toml")}
    names |= {path.parent.name for path in (workspace.root / ".seatrial").glob("*/secrets")}
    found = engine.find()
    if found:
        client = connection.connect(found.host)
        label = f"seatrial.workspace={workspace.root}"
        networks = client.networks.list(filters={"label": label})
        names |= {network.attrs["Labels"]["seatrial.instance"] for network in networks}
        client.close()
    return [Instance(name, workspace.root) for name in sorted(names)]


def _empty(client: DockerClient, instance: Instance) -> None:
    labels = [f"{key}={value}" for key, value in instance.selector.items()]
    ours = client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    kinds = {"label": f"{traces.KIND_LABEL}={instance.docker_name}"}
    ours += client.containers.list(all=True, filters=kinds, ignore_removed=True)
    _each(ours, lambda container: container.remove(force=True, v=True))
    _each(client.volumes.list(filters={"label": labels}), lambda volume: volume.remove(force=True))
    _each(client.networks.list(filters={"label": labels}), _remove_network)


def _remove_network(network: Any) -> None:
    """Remove a network, letting go of another instance's registry that was connected to it."""
    network.reload()
    for container in network.attrs["Containers"] or {}:
        network.disconnect(container, force=True)
    network.remove()


def _each(things: Iterable[Any], remove: Callable[[Any], None]) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda thing: _remove(thing, remove), things))


def _remove(thing: Any, remove: Callable[[Any], None]) -> None:
    """Try again for a while: the engine says 409 while another removal of the same thing is under way."""
    waits = Retrying(
        stop=stop_after_delay(REMOVE_SECONDS),
        wait=wait_fixed(0.2),
        retry=retry_if_exception_type(APIError),
        reraise=True,
    )
    try:
        waits(_remove_once, thing, remove)
    except APIError as error:
        raise LocalcloudError(
            f"The engine did not remove {getattr(thing, 'name', thing)}: {error.explanation or error}",
            "make down again; docker ps -a shows what is left",
        ) from error


def _remove_once(thing: Any, remove: Callable[[Any], None]) -> None:
    try:
        remove(thing)
    except NotFound:
        return


def _remove_if_empty(instance: Instance) -> None:
    try:
        instance.directory.parent.rmdir()
    except OSError:
        # Another instance, or a tool's cache, still lives there.
        return
