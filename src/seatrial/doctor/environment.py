"""The rights and the address of one environment, tried before a release needs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seatrial import kustomize
from seatrial.doctor.cluster_rights import check_rights, deployer_rights
from seatrial.doctor.finding import Finding
from seatrial.doctor.live_address import check_address
from seatrial.doctor.node_pulls import check_pulls
from seatrial.doctor.services import check_cluster
from seatrial.errors import SeatrialError
from seatrial.kube.connect import connect
from seatrial.kube.protocol import Cluster, ClusterError
from seatrial.kube.render import Renderer
from seatrial.settings import Settings
from seatrial.workspace import Workspace


def check_environment(
    settings: Settings, workspace: Workspace, name: str, cache: Path
) -> tuple[Finding, ...]:
    """Check rights, pulls of the nodes, address and host of an environment, and change nothing.

    A cluster that does not answer, or is not configured, is one finding.
    """
    own = settings.cluster_of(name)
    if not own.context:
        return (check_cluster(settings, name, cache),)
    findings: list[Finding] = []
    try:
        cluster = connect(own.kubeconfig, own.context, cache, patience=0)
        # One at a time, so that what was found before a failure is kept.
        for finding in _findings(settings, workspace, name, cluster):
            findings.append(finding)
    except ClusterError as error:
        findings.append(Finding(f"cluster, {name}", "missing", error.message, error.hint))
    except SeatrialError as error:
        return (Finding(f"cluster, {name}", "missing", error.message, error.hint),)
    return tuple(findings)


def _findings(settings: Settings, workspace: Workspace, name: str, cluster: Cluster) -> Iterator[Finding]:
    environment, context = settings.environment(name), settings.cluster_of(name).context
    manifests = Renderer(workspace, environment, kustomize.build, settings.pod).namespace()
    namespace = environment.namespace
    yield check_rights(cluster, context, name, namespace, deployer_rights(manifests))
    yield check_pulls(cluster, name, namespace, settings.registry_of(name))
    yield from check_address(cluster, name, environment, settings.dns_of(name))
