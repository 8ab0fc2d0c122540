"""A container engine whose images are files of a directory, with the API that `build` and `push` use.

It replaces a real engine, whose images would not be visible step by step, and which needs Docker.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from http_registry import MANIFEST, blob_digest
from seatrial.atomic_files import write_atomically
from seatrial.image.builder import BuildInputs
from seatrial.image.registry import RegistryClient
from seatrial.settings import Registry


@dataclass(frozen=True)
class DirectoryEngine:
    """An engine with the images in `folder`, one file each; an image is stored whole, as engines do."""

    folder: Path

    def build(self, inputs: BuildInputs) -> str:
        """Store an image of every byte of the context, and return its image id."""
        files = sorted(path for path in inputs.context.rglob("*") if path.is_file())
        layer = {str(path.relative_to(inputs.context)): _sha256(path.read_bytes()) for path in files}
        config = json.dumps({"layer": layer, "config": {"Labels": dict(inputs.labels)}}, sort_keys=True)
        image_id = blob_digest(config.encode())
        write_atomically(self._file(image_id), json.dumps({"config": config, "tags": []}))
        return image_id

    def ping(self) -> None:
        """Respond."""

    @property
    def images(self) -> SimpleNamespace:
        """The images."""
        return SimpleNamespace(get=self._get, remove=self._remove)

    @property
    def api(self) -> SimpleNamespace:
        """The API of a push."""
        return SimpleNamespace(push=self._push)

    def tagged(self) -> list[str]:
        """Return the ids of the images that have a tag."""
        found = {path: json.loads(path.read_text()) for path in self.folder.glob("*.json")}
        return [f"sha256:{path.stem}" for path, image in found.items() if image["tags"]]

    def _file(self, image_id: str) -> Path:
        return self.folder / f"{image_id.removeprefix('sha256:')}.json"

    def _get(self, image_id: str) -> SimpleNamespace:
        image = json.loads(self._file(image_id).read_text())

        def tag(name: str, tag: str) -> None:
            image["tags"].append(f"{name}:{tag}")
            write_atomically(self._file(image_id), json.dumps(image))

        attrs = {"Config": json.loads(image["config"])["config"], "RootFS": {"Layers": []}}
        return SimpleNamespace(id=image_id, attrs=attrs, tag=tag, history=list)

    def _remove(self, name: str, noprune: bool) -> None:
        """Keep the tag: that of a push is of no further use here."""

    def _push(self, name: str, tag: str, **options: object) -> Iterator[Mapping[str, str]]:  # noqa: ARG002
        address, _, repository = name.partition("/")
        client = RegistryClient(Registry(address=address, insecure=True, config_dir=str(self.folder)))
        images = [json.loads(path.read_text()) for path in self.folder.glob("*.json")]
        (config,) = (each["config"].encode() for each in images if f"{name}:{tag}" in each["tags"])
        uploads = f"{repository}/blobs/uploads/"
        path = client.call("POST", uploads).headers["Location"].removeprefix(client.base)
        client.call("PUT", path, params={"digest": blob_digest(config)}, data=config)
        body = {
            "config": {"digest": blob_digest(config), "size": len(config)},
            "layers": [],
        }
        headers = {"Content-Type": MANIFEST}
        client.call("PUT", f"{repository}/manifests/{tag}", data=json.dumps(body).encode(), headers=headers)
        yield {"status": "Pushed", "id": "config"}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
