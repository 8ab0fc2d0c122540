"""Import an image of the engine into the node, for parts that run in the cluster."""

from __future__ import annotations

import tarfile
import tempfile

from docker import DockerClient
from docker.models.containers import Container

from localcloud.parts import node

DIRECTORY = "/kind"


def load(client: DockerClient, image: str, cluster: Container) -> None:
    """Import the image into the node's containerd. Raises LocalcloudError if the node refuses it."""
    # Two parts may import their images at the same time.
    archive = f"{DIRECTORY}/{image.replace('/', '-').replace(':', '-')}.tar"
    with tempfile.TemporaryFile() as saved, tempfile.TemporaryFile() as packed:
        for chunk in client.images.get(image).save(named=True):
            saved.write(chunk)
        entry = tarfile.TarInfo(archive.lstrip("/"))
        entry.size = saved.tell()
        saved.seek(0)
        with tarfile.open(fileobj=packed, mode="w") as packing:
            packing.addfile(entry, saved)
        packed.seek(0)
        cluster.put_archive("/", packed)
    try:
        node.run(cluster, "ctr", "--namespace=k8s.io", "images", "import", "--no-unpack", archive)
    finally:
        cluster.exec_run(["rm", "-f", archive])
