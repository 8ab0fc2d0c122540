"""Console output about an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from localcloud.status import PartStatus

if TYPE_CHECKING:
    from localcloud.up import RunningInstance

COLOURS = {"ready": "green", "absent": "dim"}


def render(instance: str, parts: list[PartStatus]) -> Table:
    """Return a table with one row for each part."""
    table = Table(title=f"local cloud {instance}", title_justify="left", box=None, pad_edge=False)
    for heading in ("part", "version", "address", "state"):
        table.add_column(heading, no_wrap=True)
    table.add_column("memory", justify="right", no_wrap=True)
    table.add_column("logs", overflow="fold")
    for part in parts:
        state = f"[{COLOURS.get(part.state, 'red')}]{part.state}[/]"
        memory = f"{part.memory_mb} MB" if part.memory_mb else ""
        table.add_row(part.part, part.version, part.address, state, memory, part.logs)
    return table


def summary(running: RunningInstance) -> str:
    """Return one line with the versions and addresses of a running instance."""
    addresses = running.addresses
    return (
        f"local cloud {running.instance.name}: Kubernetes {running.kubernetes_version}"
        f" (node image {running.node_image}), registry {addresses.registry}:5000,"
        f" blob {addresses.blob}:10000, dns {addresses.dns}:5300,"
        f" kubeconfig .seatrial/{running.instance.name}/kubeconfig"
    )


def urls(prometheus: str) -> str:
    """Return a line with the URL of Prometheus, or an empty string if it does not run."""
    return f"Prometheus has the metrics of the app at {prometheus}" if prometheus else ""
