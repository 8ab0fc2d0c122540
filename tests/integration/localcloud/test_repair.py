"""`up` repairs parts that stopped and starts that failed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.localcloud.cloud import PARTS, Cloud, blob_service
from localcloud.wait import until

READY = dict.fromkeys(PARTS, "ready")


def test_stopped_parts_are_replaced_and_blob_keeps_its_data(cloud: Cloud) -> None:
    """`up` repairs parts that were killed, removed, stopped or paused; blobs stay in their volume."""
    blob_service(cloud).get_blob_client("models", "kept").upload_blob(b"kept", overwrite=True)
    _wait_until_saved(cloud, "kept")
    cloud.container("blob").remove(force=True)
    cloud.container("registry").kill()
    cloud.container("registry-readonly").kill()
    cloud.container("dns").stop(timeout=1)
    cloud.container("loadbalancer").pause()
    cloud.container("cluster").stop(timeout=10)
    assert "ready" not in cloud.status().values()

    result = cloud.up()

    assert result.code == 0, result.err
    assert cloud.status() == READY
    assert blob_service(cloud).get_blob_client("models", "kept").download_blob().readall() == b"kept"


def test_a_deleted_kubeconfig_is_written_again(cloud: Cloud) -> None:
    """`up` writes a deleted kubeconfig with mode 0600, and never changes the user's own one."""
    own = Path.home() / ".kube" / "config"
    before = own.read_bytes() if own.exists() else None
    cloud.instance.kubeconfig.unlink()

    assert cloud.up().code == 0

    assert f"https://{cloud.addresses.api}:6443" in cloud.instance.kubeconfig.read_text()
    assert cloud.instance.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert (own.read_bytes() if own.exists() else None) == before


def test_an_unusable_node_image_is_an_error_and_the_next_up_repairs(cloud: Cloud) -> None:
    """An image that is not a node image fails with one line and exit code 30; the next `up` succeeds."""
    wrong = str(cloud.container("dns").attrs["Config"]["Image"])

    failed = cloud.up("--node-image", wrong)

    last = failed.err.splitlines()[-1]
    assert (failed.code, last.startswith("localcloud failed: ")) == (30, True), failed.err
    assert "→ run make up INSTANCE=" in last
    assert "Traceback" not in failed.err
    assert cloud.status() == READY | {"cluster": "absent"}
    assert cloud.up().code == 0
    assert cloud.status() == READY


def test_a_node_that_is_not_ready_in_time_is_an_error(cloud: Cloud, networkless: str) -> None:
    """`up` ends at its deadline if the node does not become Ready; the next `up` succeeds."""
    failed = cloud.up("--node-image", networkless, "--node-seconds", "10")

    assert failed.code == 30
    assert "was not Ready within 10 s" in failed.err.splitlines()[-1]
    assert "Traceback" not in failed.err
    assert cloud.up().code == 0
    assert cloud.status() == READY


@pytest.fixture
def networkless(cloud: Cloud) -> Iterator[str]:
    """Build a node image without a pod network, so that its node never becomes Ready."""
    node = cloud.container("cluster").attrs["Config"]["Image"]
    text = f"FROM {node}\nRUN rm -rf /etc/cni/net.d/*\n"
    built, _ = cloud.client.images.build(
        fileobj=io.BytesIO(text.encode()), rm=True, labels={"seatrial.test": "1"}
    )
    yield str(built.id)
    cloud.client.images.remove(built.id, force=True)


def _wait_until_saved(cloud: Cloud, name: str) -> None:
    """Wait until Azurite has written its index, which it does every few seconds."""
    look = ["grep", "-q", name, "/data/__azurite_db_blob__.json"]
    until(
        "Azurite did not save its index",
        lambda: cloud.container("blob").exec_run(look).exit_code == 0,
        30,
        every=0.2,
    )
