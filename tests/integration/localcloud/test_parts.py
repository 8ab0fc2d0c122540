"""Each part, as those who use it meet it."""

from __future__ import annotations

import json
import operator

import dns.message
import dns.query
import dns.rcode
import pytest
import requests
from azure.core.exceptions import HttpResponseError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from integration.localcloud.cloud import PARTS, Cloud, blob_service, registry_user
from localcloud.parts import metrics

REFUSED = 7  # curl's word for it


def test_every_part_is_ready(cloud: Cloud) -> None:
    """After `up` every part answers."""
    assert cloud.status() == dict.fromkeys(PARTS, "ready")


def test_a_second_up_only_looks(cloud: Cloud) -> None:
    """What runs as it should is left alone: the same containers, in a few seconds."""
    before = {part: cloud.container(part).id for part in PARTS}

    ended = cloud.up()

    assert ended.code == 0, ended.err
    assert {part: cloud.container(part).id for part in PARTS} == before


def test_everything_is_published_on_the_instances_loopback_only(cloud: Cloud) -> None:
    """No other machine can reach any part: each published port is on the instance's own addresses."""
    published = [
        binding["HostIp"]
        for part in PARTS
        for bindings in (cloud.container(part).attrs["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    ]

    assert len(published) == 17
    assert all(address.startswith(f"{cloud.addresses.prefix}.") for address in published)


def test_the_engine_tells_no_secret(cloud: Cloud) -> None:
    """Whoever may look at containers sees no key, password or token."""
    told = json.dumps([cloud.container(part).attrs for part in PARTS])
    key = (cloud.instance.secrets / "blob-key").read_text()

    assert key not in told
    assert registry_user(cloud)[1] not in told


def test_secrets_are_closed(cloud: Cloud) -> None:
    """Every file with a secret is the owner's alone."""
    files = [path for path in cloud.instance.secrets.rglob("*") if path.is_file()]

    assert len(files) >= 3
    assert {path.stat().st_mode & 0o777 for path in [*files, cloud.instance.kubeconfig]} == {0o600}


def test_the_parts_run_without_rights(cloud: Cloud) -> None:
    """Blob, registry, load balancer and DNS run as nobody, with no capability."""
    for part in ("blob", "registry", "loadbalancer", "dns"):
        attributes = cloud.container(part).attrs
        assert attributes["Config"]["User"] == "10001:10001"
        assert attributes["HostConfig"]["CapDrop"] == ["ALL"]


def test_blob_takes_its_key_and_no_other(cloud: Cloud) -> None:
    """The container for models is there for who has the key; another key is refused."""
    assert [container.name for container in blob_service(cloud).list_containers()] == ["models"]
    with pytest.raises(HttpResponseError) as refused:
        list(blob_service(cloud, key="YQ==").list_containers())
    assert refused.value.status_code == 403


@pytest.mark.parametrize("user", [None, ("seatrial", "wrong"), ("other", "x")])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v2/"), ("GET", "/v2/app/manifests/1"), ("POST", "/v2/app/blobs/uploads/")]
)
def test_the_registry_refuses_who_has_no_password(
    cloud: Cloud, method: str, path: str, user: tuple[str, str] | None
) -> None:
    """Nothing can be pulled or pushed anonymously, or with a wrong password."""
    url = f"http://{cloud.addresses.registry}:5000{path}"

    assert requests.request(method, url, auth=user, timeout=10).status_code == 401


def test_the_registry_lets_its_user_in(cloud: Cloud) -> None:
    """The generated user may push."""
    url = f"http://{cloud.addresses.registry}:5000/v2/app/blobs/uploads/"

    assert requests.post(url, auth=registry_user(cloud), timeout=10).status_code == 202


@pytest.mark.parametrize("name", ["nobody.seatrial.test", "example.com"])
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_unknown_names_do_not_exist(cloud: Cloud, name: str, protocol: str) -> None:
    """DNS forwards nothing: what the load balancer did not name does not exist."""
    ask = dns.query.udp if protocol == "udp" else dns.query.tcp

    answer = ask(dns.message.make_query(name, "A"), cloud.addresses.dns, port=5300, timeout=5)

    assert dns.rcode.to_text(answer.rcode()) == "NXDOMAIN"


def test_the_controller_may_do_no_more_than_it_needs(cloud: Cloud) -> None:
    """The load balancer's account can neither read secrets nor touch anything but Services."""
    who = "--as=system:serviceaccount:localcloud:loadbalancer"

    def may(*words: str) -> str:
        return cloud.kubectl("auth", "can-i", *words, who, "--all-namespaces", "--quiet=false")

    assert may("patch", "services/status").strip() == "yes"
    for words in (("get", "secrets"), ("create", "services"), ("delete", "services"), ("list", "pods")):
        with pytest.raises(AssertionError):
            may(*words)


def test_the_controller_stops_when_told(cloud: Cloud) -> None:
    """SIGTERM ends the controller at once and well, and it serves again when started."""
    container = cloud.container("loadbalancer")

    container.stop(timeout=10)
    container.reload()

    assert container.attrs["State"]["ExitCode"] == 0
    assert cloud.status()["loadbalancer"] == "exited"
    assert cloud.up().code == 0
    assert cloud.status()["loadbalancer"] == "ready"


@pytest.mark.parametrize("whose", ["node", "pod"])
def test_what_is_meant_for_a_service_never_leaves_the_node(cloud: Cloud, whose: str) -> None:
    """At the address of a Service that is not there nobody answers, nor is anybody outside asked: refused."""
    node = cloud.container("cluster")
    words = ["curl", "--silent", "--insecure", "--max-time", "5", "https://10.96.77.77/"]
    if whose == "pod":
        inside = node.exec_run(["ls", "/run/netns"]).output.decode().split()
        words = ["nsenter", f"--net=/run/netns/{inside[0]}", *words]
    assert node.exec_run(words).exit_code == REFUSED


def test_what_pods_use_can_be_asked_for(cloud: Cloud) -> None:
    """The API server reaches metrics-server and has figures of the node, without which nothing scales."""
    waits = Retrying(stop=stop_after_delay(60), wait=wait_fixed(0.5), retry=retry_if_result(operator.not_))
    assert waits(metrics.ready, cloud.container("cluster"))
    assert "%" in cloud.kubectl("top", "nodes", "--no-headers")
