# ruff: noqa: ARG002
"""A registry and a container engine in memory, for tests of what is removed from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import requests
from docker.errors import ImageNotFound

from seatrial.image.registry import Manifest

STATE, LOCK = "io.seatrial.working-state", "io.seatrial.lock"


def response(status: int, body: object = None, link: str = "") -> requests.Response:
    """Return a response of a registry."""
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode()
    made.headers.update({"Link": f'<{link}>; rel="next"'} if link else {})
    return made


@dataclass
class MemoryRegistry:
    """The images of one repository by manifest digest, with the API that `prune` uses."""

    repository: str = "classifier"
    tags: dict[str, str] = field(default_factory=dict)
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, digest: str, *tags: str, day: int = 1, state: str = "", model: str = "") -> None:
        """Add an image that `build` made on a day of January; without a state, one that it did not make."""
        labels = {STATE: state, LOCK: "lock", "io.seatrial.model.digest": model} if state else {}
        self.configs[digest] = {"created": f"2026-01-{day:02}T00:00:00Z", "config": {"Labels": labels}}
        self.tags |= dict.fromkeys(tags, digest)

    def manifest(self, repository: str, reference: str) -> Manifest | None:
        """Return the manifest of a tag or digest."""
        digest = self.tags.get(reference, reference)
        known = repository == self.repository and digest in self.configs
        return Manifest(digest, f"config-of-{digest}", ()) if known else None

    def config(self, repository: str, digest: str) -> dict[str, Any]:
        """Return the config of an image."""
        return self.configs[digest.removeprefix("config-of-")]

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """List tags in pages, or delete a manifest."""
        repository, _, rest = path.partition("/")
        if repository != self.repository:
            return response(404)
        if method == "DELETE":
            digest = rest.removeprefix("manifests/")
            self.configs.pop(digest)
            self.tags = {tag: known for tag, known in self.tags.items() if known != digest}
            return response(202)
        params = options["params"]
        found = [tag for tag in sorted(self.tags) if tag > params.get("last", "")]
        page = found[: params["n"]]
        more = len(found) > len(page)
        link = f"/v2/{repository}/tags/list?last={quote(page[-1])}&n={params['n']}" if more else ""
        return response(200, {"name": repository, "tags": page}, link)


@dataclass
class MemoryEngine:
    """Images by id, with the part of the Docker client that `prune` uses."""

    stored: dict[str, SimpleNamespace] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def add(self, image_id: str, *tags: str, day: int = 1, state: str = "") -> None:
        """Add an image that `build` made on a day of January."""
        attrs = {"Metadata": {"LastTagTime": f"2026-01-{day:02}T00:00:00Z"}, "RepoDigests": []}
        labels = {STATE: state, LOCK: "lock"}
        self.stored[image_id] = SimpleNamespace(id=image_id, tags=list(tags), labels=labels, attrs=attrs)

    @property
    def containers(self) -> SimpleNamespace:
        """The containers, which use images."""
        containers = [SimpleNamespace(attrs={"Image": image_id}) for image_id in self.used]
        return SimpleNamespace(list=lambda **_: containers)

    @property
    def images(self) -> SimpleNamespace:
        """The images; an image without a tag is deleted."""
        return SimpleNamespace(list=lambda **_: list(self.stored.values()), remove=self._remove)

    def _remove(self, name: str) -> None:
        image = next((each for each in self.stored.values() if name in each.tags), None)
        if not image:
            raise ImageNotFound(name)
        image.tags.remove(name)
        if not image.tags:
            self.stored.pop(image.id)
