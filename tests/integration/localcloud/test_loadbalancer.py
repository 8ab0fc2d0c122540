"""Services of type LoadBalancer: addresses, host names and requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import dns.message
import dns.query
import pytest
import requests

from integration.localcloud.cloud import Cloud, pull_secret
from localcloud.wait import retry

T = TypeVar("T")


def eventually(check: Callable[[], T]) -> T:
    """Repeat a check for up to a minute until its assertions and requests succeed."""
    return retry(check, (AssertionError, requests.RequestException), seconds=60)


def service(name: str, host: str = "") -> str:
    """Return the manifest of a Service that needs an address, and a host name if ``host`` is given."""
    annotations = {"external-dns.alpha.kubernetes.io/hostname": host} if host else {}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "annotations": annotations},
            "spec": {
                "type": "LoadBalancer",
                "externalTrafficPolicy": "Local",
                "selector": {"app": "files"},
                "ports": [{"port": 80, "targetPort": 8000}],
            },
        }
    )


def addresses(cloud: Cloud, namespace: str) -> dict[str, str]:
    """Return the address of each Service of the namespace; without an address, an empty string."""
    items = json.loads(cloud.kubectl("get", "services", "-n", namespace, "-o", "json"))["items"]
    return {
        item["metadata"]["name"]: (item["status"]["loadBalancer"].get("ingress") or [{"ip": ""}])[0]["ip"]
        for item in items
    }


def resolve(cloud: Cloud, name: str) -> list[str]:
    """Return the addresses of a host name from the instance's DNS server."""
    response = dns.query.udp(dns.message.make_query(name, "A"), cloud.addresses.dns, port=5300, timeout=5)
    return [item.address for record in response.answer for item in record]


@pytest.fixture
def files(cloud: Cloud, namespace: str, image: str) -> str:
    """Run a web server whose image is pulled from the private registry with a pull secret."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "files", "labels": {"app": "files"}},
        "spec": {
            "imagePullSecrets": [{"name": "registry"}],
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "files", "image": image, "command": ["python3", "-m", "http.server"]}],
        },
    }
    for manifest in (pull_secret(cloud), json.dumps(pod)):
        cloud.kubectl("apply", "-n", namespace, "-f", "-", manifest=manifest)
    cloud.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/files", "--timeout=90s")
    return namespace


def test_a_service_is_reached_by_address_and_by_name(cloud: Cloud, files: str) -> None:
    """A Service gets an address that responds on port 80, and a host name; both are removed with it."""
    cloud.kubectl("apply", "-n", files, "-f", "-", manifest=service("a", "files.seatrial.test"))

    def served() -> None:
        address = addresses(cloud, files)["a"]
        assert address in cloud.addresses.loadbalancers
        assert "Directory listing" in requests.get(f"http://{address}/", timeout=2).text
        assert resolve(cloud, "files.seatrial.test") == [address]

    def removed() -> None:
        assert resolve(cloud, "files.seatrial.test") == []

    eventually(served)
    written = json.loads(cloud.kubectl("get", "service", "a", "-n", files, "-o", "json"))
    assert written["spec"]["externalTrafficPolicy"] == "Local"
    cloud.kubectl("delete", "service", "a", "-n", files)
    eventually(removed)


def test_an_image_needs_the_pull_secret(cloud: Cloud, namespace: str, image: str) -> None:
    """Without a pull secret the node cannot pull from the registry."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "no-secret"},
        "spec": {"containers": [{"name": "no-secret", "image": image, "imagePullPolicy": "Always"}]},
    }
    cloud.kubectl("apply", "-n", namespace, "-f", "-", manifest=json.dumps(pod))

    def refused() -> None:
        waiting = "{.status.containerStatuses[0].state.waiting.reason}"
        reason = cloud.kubectl("get", "pod", "no-secret", "-n", namespace, "-o", f"jsonpath={waiting}")
        assert reason in ("ErrImagePull", "ImagePullBackOff")

    eventually(refused)
    events = cloud.kubectl("get", "events", "-n", namespace, "-o", "jsonpath={.items[*].message}")
    assert "no basic auth credentials" in events or "401" in events


def test_addresses_survive_a_restart_and_a_missing_one_is_reported(cloud: Cloud, namespace: str) -> None:
    """A restart changes no address; the thirteenth Service gets an event, and the first released address."""
    for number in range(13):
        cloud.kubectl("apply", "-n", namespace, "-f", "-", manifest=service(f"s{number:02}"))
    assigned = _wait_for(
        lambda: addresses(cloud, namespace), lambda found: sum(map(bool, found.values())) == 12
    )
    assert len({address for address in assigned.values() if address}) == 12

    cloud.container("loadbalancer").restart(timeout=10)
    pending = next(name for name, address in assigned.items() if not address)
    events = _wait_for(
        lambda: cloud.kubectl("get", "events", "-n", namespace, "-o", "jsonpath={.items[*].message}"),
        lambda text: "in use" in text,
    )
    assert "all 12 addresses" in events
    assert addresses(cloud, namespace) == assigned

    freed = "s00" if pending != "s00" else "s01"
    cloud.kubectl("delete", "service", freed, "-n", namespace)
    after = _wait_for(lambda: addresses(cloud, namespace), lambda found: bool(found[pending]))
    assert after[pending] == assigned[freed]


def _wait_for(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Return the first result that is good, within a minute."""

    def check() -> T:
        found = look()
        assert good(found), found
        return found

    return eventually(check)
