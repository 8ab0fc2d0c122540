"""Each part, from the outside."""

from __future__ import annotations

import json

import dns.message
import dns.query
import dns.rcode
import pytest
import requests
from azure.core.exceptions import HttpResponseError

from integration.localcloud.cloud import PARTS, Cloud, blob_service, registry_user
from localcloud.parts import metrics
from localcloud.wait import until

CONNECTION_REFUSED = 7  # exit code of curl


def test_every_part_is_ready(cloud: Cloud) -> None:
    """After `up` every part is ready."""
    assert cloud.status() == dict.fromkeys(PARTS, "ready")


def test_a_second_up_changes_nothing(cloud: Cloud) -> None:
    """If every part is ready, `up` replaces no container."""
    before = {part: cloud.container(part).id for part in PARTS}

    result = cloud.up()

    assert result.code == 0, result.err
    assert {part: cloud.container(part).id for part in PARTS} == before


def test_everything_is_published_on_the_instances_loopback_only(cloud: Cloud) -> None:
    """Each published port is on the instance's loopback addresses, unreachable from other machines."""
    published = [
        binding["HostIp"]
        for part in PARTS
        for bindings in (cloud.container(part).attrs["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    ]

    assert len(published) == 18
    assert all(address.startswith(f"{cloud.addresses.prefix}.") for address in published)


def test_docker_inspect_shows_no_secret(cloud: Cloud) -> None:
    """The containers' attributes contain no key and no password."""
    attributes = json.dumps([cloud.container(part).attrs for part in PARTS])
    key = (cloud.instance.secrets / "blob-key").read_text()

    assert key not in attributes
    for login in ("docker", "docker-pull"):
        assert registry_user(cloud, login)[1] not in attributes


def test_secrets_are_readable_by_their_owner_only(cloud: Cloud) -> None:
    """Every file with a secret has mode 0600."""
    files = [path for path in cloud.instance.secrets.rglob("*") if path.is_file()]

    assert len(files) >= 5
    assert {path.stat().st_mode & 0o777 for path in [*files, cloud.instance.kubeconfig]} == {0o600}


def test_the_parts_run_without_privileges(cloud: Cloud) -> None:
    """Every part except the cluster runs as an unprivileged user without capabilities."""
    for part in ("blob", "registry", "registry-readonly", "loadbalancer", "dns"):
        attributes = cloud.container(part).attrs
        assert attributes["Config"]["User"] == "10001:10001"
        assert attributes["HostConfig"]["CapDrop"] == ["ALL"]


def test_blob_accepts_its_key_only(cloud: Cloud) -> None:
    """With the key the container for models is listed; another key is refused."""
    assert [container.name for container in blob_service(cloud).list_containers()] == ["models"]
    with pytest.raises(HttpResponseError) as refused:
        list(blob_service(cloud, key="YQ==").list_containers())
    assert refused.value.status_code == 403


@pytest.mark.parametrize("user", [None, ("seatrial", "wrong"), ("other", "x")])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v2/"), ("GET", "/v2/app/manifests/1"), ("POST", "/v2/app/blobs/uploads/")]
)
def test_the_registry_refuses_requests_without_the_password(
    cloud: Cloud, method: str, path: str, user: tuple[str, str] | None
) -> None:
    """Anonymous requests, and requests with a wrong user or password, get 401."""
    url = f"http://{cloud.addresses.registry}:5000{path}"

    assert requests.request(method, url, auth=user, timeout=10).status_code == 401


def test_the_registrys_user_may_push(cloud: Cloud) -> None:
    """The generated user can start an upload."""
    url = f"http://{cloud.addresses.registry}:5000/v2/app/blobs/uploads/"

    assert requests.post(url, auth=registry_user(cloud), timeout=10).status_code == 202


@pytest.mark.parametrize("name", ["nobody.seatrial.test", "example.com"])
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_unknown_names_do_not_exist(cloud: Cloud, name: str, protocol: str) -> None:
    """A name that the load balancer did not write gets NXDOMAIN; no query is forwarded."""
    send = dns.query.udp if protocol == "udp" else dns.query.tcp

    response = send(dns.message.make_query(name, "A"), cloud.addresses.dns, port=5300, timeout=5)

    assert dns.rcode.to_text(response.rcode()) == "NXDOMAIN"


def test_the_controllers_rights_are_minimal(cloud: Cloud) -> None:
    """The load balancer's account can patch Services, and can neither read secrets nor create Services."""
    account = "--as=system:serviceaccount:localcloud:loadbalancer"

    def can_i(*words: str) -> str:
        return cloud.kubectl("auth", "can-i", *words, account, "--all-namespaces", "--quiet=false")

    assert can_i("patch", "services/status").strip() == "yes"
    for words in (("get", "secrets"), ("create", "services"), ("delete", "services"), ("list", "pods")):
        with pytest.raises(AssertionError):
            can_i(*words)


def test_the_controller_exits_on_sigterm(cloud: Cloud) -> None:
    """On SIGTERM the controller exits with 0; `up` starts it again."""
    container = cloud.container("loadbalancer")

    container.stop(timeout=10)
    container.reload()

    assert container.attrs["State"]["ExitCode"] == 0
    assert cloud.status()["loadbalancer"] == "exited"
    assert cloud.up().code == 0
    assert cloud.status()["loadbalancer"] == "ready"


@pytest.mark.parametrize("source", ["node", "pod"])
def test_traffic_to_an_unknown_service_address_is_rejected(cloud: Cloud, source: str) -> None:
    """A connection to a Service address without a Service is rejected in the node, and never leaves it."""
    node = cloud.container("cluster")
    words = ["curl", "--silent", "--insecure", "--max-time", "5", "https://10.96.77.77/"]
    if source == "pod":
        namespaces = node.exec_run(["ls", "/run/netns"]).output.decode().split()
        words = ["nsenter", f"--net=/run/netns/{namespaces[0]}", *words]
    assert node.exec_run(words).exit_code == CONNECTION_REFUSED


def test_metrics_are_available(cloud: Cloud) -> None:
    """The API server reports the metrics API as available, and it has metrics of the node."""
    node = cloud.container("cluster")
    until("The metrics API was not available", lambda: metrics.ready(node), 60, every=0.5)
    assert "%" in cloud.kubectl("top", "nodes", "--no-headers")
