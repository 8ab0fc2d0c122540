"""Services of type LoadBalancer, from the address to the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import dns.message
import dns.query
import pytest
import requests
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from integration.localcloud.cloud import Cloud

T = TypeVar("T")

eventually = retry(
    stop=stop_after_delay(60),
    wait=wait_fixed(0.2),
    retry=retry_if_exception_type((AssertionError, requests.RequestException)),
    reraise=True,
)


def service(name: str, host: str = "") -> str:
    """Return a Service that asks for an address, and for a name."""
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
    """Return each Service of the namespace with its address, or nothing."""
    items = json.loads(cloud.kubectl("get", "services", "-n", namespace, "-o", "json"))["items"]
    return {
        item["metadata"]["name"]: (item["status"]["loadBalancer"].get("ingress") or [{"ip": ""}])[0]["ip"]
        for item in items
    }


def resolve(cloud: Cloud, name: str) -> list[str]:
    """Return what the instance's DNS says of a name."""
    answer = dns.query.udp(dns.message.make_query(name, "A"), cloud.addresses.dns, port=5300, timeout=5)
    return [item.address for record in answer.answer for item in record]


@pytest.fixture
def files(cloud: Cloud, namespace: str, image: str) -> str:
    """A small web server, pulled from the private registry with a pull secret."""
    config = (cloud.instance.secrets / "docker" / "config.json").read_text()
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": "registry"},
        "stringData": {".dockerconfigjson": config},
    }
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
    for manifest in (secret, pod):
        cloud.kubectl("apply", "-n", namespace, "-f", "-", manifest=json.dumps(manifest))
    cloud.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/files", "--timeout=90s")
    return namespace


def test_a_service_is_reached_by_address_and_by_name(cloud: Cloud, files: str) -> None:
    """A Service gets an address that answers on port 80, and a name for it; both go with it."""
    cloud.kubectl("apply", "-n", files, "-f", "-", manifest=service("a", "files.seatrial.test"))

    @eventually
    def served() -> str:
        address = addresses(cloud, files)["a"]
        assert address in cloud.addresses.loadbalancers
        assert "Directory listing" in requests.get(f"http://{address}/", timeout=2).text
        assert resolve(cloud, "files.seatrial.test") == [address]
        return address

    @eventually
    def gone() -> None:
        assert resolve(cloud, "files.seatrial.test") == []

    served()
    written = json.loads(cloud.kubectl("get", "service", "a", "-n", files, "-o", "json"))
    assert written["spec"]["externalTrafficPolicy"] == "Local"
    cloud.kubectl("delete", "service", "a", "-n", files)
    gone()


def test_an_image_needs_the_pull_secret(cloud: Cloud, namespace: str, image: str) -> None:
    """Without the pull secret the node gets nothing from the registry."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "thief"},
        "spec": {"containers": [{"name": "thief", "image": image, "imagePullPolicy": "Always"}]},
    }
    cloud.kubectl("apply", "-n", namespace, "-f", "-", manifest=json.dumps(pod))

    @eventually
    def refused() -> None:
        waiting = "{.status.containerStatuses[0].state.waiting.reason}"
        reason = cloud.kubectl("get", "pod", "thief", "-n", namespace, "-o", f"jsonpath={waiting}")
        assert reason in ("ErrImagePull", "ImagePullBackOff")

    refused()
    events = cloud.kubectl("get", "events", "-n", namespace, "-o", "jsonpath={.items[*].message}")
    assert "no basic auth credentials" in events or "401" in events


def test_addresses_outlive_the_controller_and_run_out_with_a_word(cloud: Cloud, namespace: str) -> None:
    """A restarted controller moves nobody; the thirteenth Service waits, told why, and gets what is freed."""
    for number in range(13):
        cloud.kubectl("apply", "-n", namespace, "-f", "-", manifest=service(f"s{number:02}"))
    given = _once(lambda: addresses(cloud, namespace), lambda found: sum(map(bool, found.values())) == 12)
    assert len({address for address in given.values() if address}) == 12

    cloud.container("loadbalancer").restart(timeout=10)
    waiting = next(name for name, address in given.items() if not address)
    events = _once(
        lambda: cloud.kubectl("get", "events", "-n", namespace, "-o", "jsonpath={.items[*].message}"),
        lambda text: "in use" in text,
    )
    assert "all 12 addresses" in events
    assert addresses(cloud, namespace) == given

    freed = "s00" if waiting != "s00" else "s01"
    cloud.kubectl("delete", "service", freed, "-n", namespace)
    after = _once(lambda: addresses(cloud, namespace), lambda found: bool(found[waiting]))
    assert after[waiting] == given[freed]


def _once(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Look until it is good, for a minute at most."""

    @eventually
    def wait() -> T:
        found = look()
        assert good(found), found
        return found

    return wait()
