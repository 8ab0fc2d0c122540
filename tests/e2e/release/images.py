"""Images for the release tests, each built from the one that the pipeline pushed."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import docker

from imagemodel.seal import seal
from seatrial.image.credentials import find_credentials
from seatrial.image.labels import LABEL_PREFIX
from seatrial.image.registry import RegistryClient
from seatrial.settings import Settings
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class ImageFactory:
    """Builds images from `base` and pushes them; each method returns a reference by digest.

    `model` is the model directory of the base image.
    """

    settings: Settings
    workspace: Workspace
    base: str
    model: Path

    def working(self, name: str) -> str:
        """Return an image that behaves as the base image, with another digest."""
        return self.build({}, f"LABEL test.name={name}")

    def wrong_labels(self) -> str:
        """Return an image whose model matches its card and gives every photo a wrong label."""
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model"
            shutil.copytree(self.model, model)
            labels = (model / "labels.txt").read_text().splitlines()
            (model / "labels.txt").write_text("\n".join(labels[1:] + labels[:1]) + "\n")
            card = json.loads((model / "model.json").read_text())
            digest = seal(model, {k: v for k, v in card.items() if k not in ("files", "schema")}).digest
            files = {f"model/{path.name}": path.read_bytes() for path in model.iterdir()}
        return self.build(files, "COPY model /app/model", f"LABEL {LABEL_PREFIX}.model.digest={digest}")

    def crashing(self) -> str:
        """Return an image whose process ends at once with the log line `crash on purpose`."""
        return self.build({}, 'ENTRYPOINT ["python3", "-c", "raise SystemExit(\'crash on purpose\')"]')

    def missing(self) -> str:
        """Return the reference of an image that the registry does not have."""
        return f"{self._repository}@sha256:{'0' * 64}"

    def build(self, files: Mapping[str, bytes], *lines: str) -> str:
        """Build `base` with these Dockerfile lines and context files, push the image, and return it."""
        labels = {
            f"{LABEL_PREFIX}.working-state": self.workspace.working_state,
            f"{LABEL_PREFIX}.lock": self.workspace.lock_digest,
        }
        dockerfile = "\n".join([f"FROM {self.base}", *lines]) + "\n"
        context = _tar({**files, "Dockerfile": dockerfile.encode()})
        engine = docker.from_env(timeout=120)
        image, _ = engine.images.build(fileobj=context, custom_context=True, rm=True, labels=labels)
        tag = f"test-{image.id.removeprefix('sha256:')[:16]}"
        image.tag(self._repository, tag)
        login = find_credentials(self.settings.registry).auth_config
        for row in engine.images.push(self._repository, tag, auth_config=login, stream=True, decode=True):
            assert "error" not in row, row["error"]
        engine.images.remove(f"{self._repository}:{tag}")
        found = RegistryClient(self.settings.registry).manifest(self.settings.registry.repository, tag)
        assert found is not None
        return f"{self._repository}@{found.digest}"

    @property
    def _repository(self) -> str:
        return f"{self.settings.registry.address}/{self.settings.registry.repository}"


def _tar(files: Mapping[str, bytes]) -> io.BytesIO:
    archive_file = io.BytesIO()
    with tarfile.open(fileobj=archive_file, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    archive_file.seek(0)
    return archive_file
