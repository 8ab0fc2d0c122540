"""Read Services from the API, and write assignments and events to it."""

from __future__ import annotations

import datetime
from typing import Any

from .plan import PORT, Assignment, Refusal, Service

HOSTNAMES = "external-dns.alpha.kubernetes.io/hostname"
COMPONENT = "localcloud-loadbalancer"
# Connect and read timeout in seconds.
TIMEOUT = (5, 15)


def read(item: Any) -> Service:
    """Convert a V1Service of the API client."""
    ports = item.spec.ports or []
    index = next((i for i, port in enumerate(ports) if port.port == PORT), None)
    return Service(
        uid=item.metadata.uid,
        namespace=item.metadata.namespace,
        name=item.metadata.name,
        created=str(item.metadata.creation_timestamp),
        wanted=_wanted(item),
        port=index,
        node_port=0 if index is None else ports[index].node_port or 0,
        node_ports=tuple(port.node_port for port in ports if port.node_port),
        address=_address(item),
        hostnames=_hostnames(item),
    )


def assign(api: Any, assignment: Assignment) -> None:
    """Write the node port, then the address.

    The patches test the uid, so that a new Service of the same name is not changed.
    """
    service = assignment.service
    same = {"op": "test", "path": "/metadata/uid", "value": service.uid}
    if service.node_port != assignment.node_port:
        path = f"/spec/ports/{service.port}"
        number = {"op": "test", "path": f"{path}/port", "value": PORT}
        change = {"op": "add", "path": f"{path}/nodePort", "value": assignment.node_port}
        api.patch_namespaced_service(
            name=service.name,
            namespace=service.namespace,
            body=[same, number, change],
            _request_timeout=TIMEOUT,
        )
    # With Proxy, kube-proxy adds no rules for the address, which is outside of the cluster.
    ingress = [{"ip": assignment.address, "ipMode": "Proxy"}]
    change = {"op": "add", "path": "/status/loadBalancer", "value": {"ingress": ingress}}
    api.patch_namespaced_service_status(
        name=service.name, namespace=service.namespace, body=[same, change], _request_timeout=TIMEOUT
    )


def create_warning_event(api: Any, refusal: Refusal) -> None:
    """Create a warning event of the Service, which `kubectl describe` shows."""
    service = refusal.service
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    api.create_namespaced_event(
        namespace=service.namespace,
        body={
            "metadata": {"generateName": f"{service.name}.", "namespace": service.namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Service",
                "name": service.name,
                "namespace": service.namespace,
                "uid": service.uid,
            },
            "type": "Warning",
            "reason": refusal.reason,
            "message": refusal.message,
            "source": {"component": COMPONENT},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        },
        _request_timeout=TIMEOUT,
    )


def _wanted(item: Any) -> bool:
    responsible = item.spec.type == "LoadBalancer" and not item.spec.load_balancer_class
    return responsible and item.metadata.deletion_timestamp is None


def _address(item: Any) -> str:
    balancer = item.status.load_balancer if item.status else None
    ingress = (balancer.ingress if balancer else None) or []
    return (ingress[0].ip or "") if ingress else ""


def _hostnames(item: Any) -> tuple[str, ...]:
    text = (item.metadata.annotations or {}).get(HOSTNAMES, "")
    return tuple(name.strip().lower().rstrip(".") for name in text.split(",") if name.strip())
