"""Parts that died, starts that failed half-way, and what `up` makes of them."""

from __future__ import annotations

from pathlib import Path

from integration.localcloud.cloud import PARTS, Cloud, blob_service

READY = dict.fromkeys(PARTS, "ready")


def test_parts_that_died_are_replaced_and_blob_keeps_its_data(cloud: Cloud) -> None:
    """`up` brings back what was killed, removed or stopped; published models survive in their volume."""
    blob_service(cloud).get_blob_client("models", "kept").upload_blob(b"kept", overwrite=True)
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


def test_a_node_that_is_not_ready_in_time_is_told(cloud: Cloud) -> None:
    """A deadline that a new node cannot keep ends `up` with what to do; the next one mends."""
    cloud.container("cluster").remove(force=True, v=True)

    failed = cloud.up("--node-seconds", "1")

    assert failed.code == 30
    assert "was not Ready within 1 s" in failed.err.splitlines()[-1]
    assert cloud.up().code == 0
    assert cloud.status() == READY
