"""Parts that died, starts that failed half-way, and what `up` makes of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from integration.localcloud.cloud import PARTS, Cloud, blob_service

READY = dict.fromkeys(PARTS, "ready")


def test_parts_that_died_are_replaced_and_blob_keeps_its_data(cloud: Cloud) -> None:
    """`up` brings back what was killed, removed or stopped; published models survive in their volume."""
    blob_service(cloud).get_blob_client("models", "kept").upload_blob(b"kept", overwrite=True)
    _wait_until_written(cloud, "kept")
    cloud.container("blob").remove(force=True)
    cloud.container("registry").kill()
    cloud.container("dns").stop(timeout=1)
    cloud.container("loadbalancer").pause()
    cloud.container("cluster").stop(timeout=10)
    assert "ready" not in cloud.status().values()

    ended = cloud.up()

    assert ended.code == 0, ended.err
    assert cloud.status() == READY
    assert blob_service(cloud).get_blob_client("models", "kept").download_blob().readall() == b"kept"


def test_a_lost_kubeconfig_comes_back(cloud: Cloud) -> None:
    """A deleted kubeconfig is written again, for its owner alone, and the user's own is never touched."""
    own = Path.home() / ".kube" / "config"
    before = own.read_bytes() if own.exists() else None
    cloud.instance.kubeconfig.unlink()

    assert cloud.up().code == 0

    assert f"https://{cloud.addresses.api}:6443" in cloud.instance.kubeconfig.read_text()
    assert cloud.instance.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert (own.read_bytes() if own.exists() else None) == before


def test_a_node_that_cannot_be_is_told_and_the_next_up_mends(cloud: Cloud) -> None:
    """A node image that makes no node: one line, the log's end, exit 30; the next `up` makes a good one."""
    wrong = str(cloud.container("dns").attrs["Config"]["Image"])

    failed = cloud.up("--node-image", wrong)

    last = failed.err.splitlines()[-1]
    assert (failed.code, last.startswith("localcloud failed: ")) == (30, True), failed.err
    assert "→ make up tries again" in last
    assert "Traceback" not in failed.err
    assert cloud.status() == READY | {"cluster": "absent"}
    assert cloud.up().code == 0
    assert cloud.status() == READY


def test_a_node_that_is_not_ready_in_time_is_told(cloud: Cloud, networkless: str) -> None:
    """A node that never becomes Ready ends `up` at its deadline with what to do; the next one mends."""
    failed = cloud.up("--node-image", networkless, "--node-seconds", "10")

    assert failed.code == 30
    assert "was not Ready within 10 s" in failed.err.splitlines()[-1]
    assert "Traceback" not in failed.err
    assert cloud.up().code == 0
    assert cloud.status() == READY


@pytest.fixture
def networkless(cloud: Cloud) -> Iterator[str]:
    """A node image whose pods could have no network, so that its node can never be Ready."""
    node = cloud.container("cluster").attrs["Config"]["Image"]
    text = f"FROM {node}\nRUN rm -rf /etc/cni/net.d/*\n"
    built, _ = cloud.client.images.build(
        fileobj=io.BytesIO(text.encode()), rm=True, labels={"seatrial.test": "1"}
    )
    yield str(built.id)
    cloud.client.images.remove(built.id, force=True)


def _wait_until_written(cloud: Cloud, name: str) -> None:
    """Wait for Azurite, which keeps its index in memory and writes it every few seconds."""
    look = ["grep", "-q", name, "/data/__azurite_db_blob__.json"]
    Retrying(stop=stop_after_delay(30), wait=wait_fixed(0.2), retry=retry_if_result(lambda code: code != 0))(
        lambda: cloud.container("blob").exec_run(look).exit_code
    )
