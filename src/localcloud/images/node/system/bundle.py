"""Write the images that kubeadm requires as one archive for containerd.

The names are read from standard input, one a line, as `kubeadm config images list` prints them. All
components share one layer: they are one program under several names.
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENTRYPOINTS = {"pause": ["/pause"], "coredns": ["/usr/local/bin/coredns"]}


def layer(root: Path) -> bytes:
    """Return the bytes of a layer that holds the tree below ``root``."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(root.rglob("*")):
            archive.add(path, arcname=str(path.relative_to(root)), recursive=False, filter=plain)
    return buffer.getvalue()


def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return a member without owner and modification time, so that builds are reproducible."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def config(kind: str, architecture: str, layer_digest: str) -> bytes:
    """Return the bytes of an image's config."""
    document = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Env": [PATH], "Entrypoint": ENTRYPOINTS.get(kind)},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + layer_digest]},
    }
    return json.dumps(document, sort_keys=True).encode()


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file to an archive, unless the archive has a file of that name."""
    if name not in archive.getnames():
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


def kind_of(name: str) -> str:
    """Return the kind of an image: pause, coredns or component."""
    repository = name.rpartition(":")[0].rpartition("/")[2]
    return repository if repository in ENTRYPOINTS else "component"


def main(components: str, pause: str, architecture: str, target: str) -> None:
    """Write the archive of every image named on standard input."""
    trees = {"component": layer(Path(components)), "pause": layer(Path(pause))}
    manifest = []
    with tarfile.open(target, "w") as archive:
        for name in sys.stdin.read().split():
            kind = kind_of(name)
            content = trees.get(kind, trees["component"])
            digest = hashlib.sha256(content).hexdigest()
            settings = config(kind, architecture, digest)
            settings_name = hashlib.sha256(settings).hexdigest() + ".json"
            add(archive, digest + ".tar", content)
            add(archive, settings_name, settings)
            manifest.append({"Config": settings_name, "RepoTags": [name], "Layers": [digest + ".tar"]})
        add(archive, "manifest.json", json.dumps(manifest).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
