"""Images for the tests, each made from the good one: honest, wrong, turning wrong, crashing."""

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

# Right on preview; wrong for all once it has met users who ask by the live name.
TURNCOAT = """
import json
from classifier.wsgi import application as honest

TURNS_AFTER = 10

def application():
    app, met = honest(), 0

    def turncoat(environ, start_response):
        nonlocal met
        met += environ.get("HTTP_HOST", "").partition(":")[0] == "@HOST@"
        if met <= TURNS_AFTER or environ["PATH_INFO"] != "/predict":
            return app(environ, start_response)
        kept = {}
        body = b"".join(app(environ, lambda status, headers, *rest: kept.update(s=status, h=headers)))
        answer = json.loads(body)
        answer.get("predictions", []).reverse()
        body = json.dumps(answer).encode()
        headers = [(name, value) for name, value in kept["h"] if name.lower() != "content-length"]
        start_response(kept["s"], [*headers, ("Content-Length", str(len(body)))])
        return [body]

    return turncoat
"""
SERVE = '["python3", "-m", "gunicorn", "-c", "python:classifier.server", "turncoat:application()"]'


@dataclass(frozen=True)
class Images:
    """Makes images from a good one and pushes them; each call gives a reference by digest."""

    settings: Settings
    workspace: Workspace
    good: str
    model: Path

    def honest(self, name: str) -> str:
        """Return an image that answers as the good one, under another digest."""
        return self.make({}, f"LABEL test.name={name}")

    def wrong(self) -> str:
        """Return an image whose model is sound by its card, and names every photo wrongly."""
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model"
            shutil.copytree(self.model, model)
            labels = (model / "labels.txt").read_text().splitlines()
            (model / "labels.txt").write_text("\n".join(labels[500:] + labels[:500]) + "\n")
            card = json.loads((model / "model.json").read_text())
            digest = seal(model, {k: v for k, v in card.items() if k not in ("files", "schema")}).digest
            files = {f"model/{path.name}": path.read_bytes() for path in model.iterdir()}
        return self.make(files, "COPY model /app/model", f"LABEL {LABEL_PREFIX}.model.digest={digest}")

    def turning_wrong(self, host: str) -> str:
        """Return an image that answers rightly until it has met some users who ask for `host`."""
        files = {"turncoat.py": TURNCOAT.replace("@HOST@", host).encode()}
        return self.make(files, "COPY turncoat.py /app/code/turncoat.py", f"ENTRYPOINT {SERVE}")

    def crashing(self) -> str:
        """Return an image that ends as soon as it starts."""
        return self.make({}, 'ENTRYPOINT ["python3", "-c", "raise SystemExit(\'no luck today\')"]')

    def absent(self) -> str:
        """Return the reference of an image that nobody ever pushed."""
        return f"{self.settings.registry.address}/{self.settings.registry.repository}@sha256:{'0' * 64}"

    def make(self, files: Mapping[str, bytes], *lines: str) -> str:
        """Return an image made from the good one by these lines, with these files beside them."""
        stamp = {
            f"{LABEL_PREFIX}.working-state": self.workspace.working_state,
            f"{LABEL_PREFIX}.lock": self.workspace.lock_digest,
        }
        dockerfile = "\n".join([f"FROM {self.good}", *lines]) + "\n"
        context = _tar({**files, "Dockerfile": dockerfile.encode()})
        engine = docker.from_env(timeout=120)
        image, _ = engine.images.build(fileobj=context, custom_context=True, rm=True, labels=stamp)
        repository = f"{self.settings.registry.address}/{self.settings.registry.repository}"
        tag = f"test-{image.id.removeprefix('sha256:')[:16]}"
        image.tag(repository, tag)
        login = find_credentials(self.settings.registry).auth_config
        for row in engine.images.push(repository, tag, auth_config=login, stream=True, decode=True):
            assert "error" not in row, row["error"]
        engine.images.remove(f"{repository}:{tag}")
        found = RegistryClient(self.settings.registry).manifest(self.settings.registry.repository, tag)
        assert found is not None
        return f"{repository}@{found.digest}"


def _tar(files: Mapping[str, bytes]) -> io.BytesIO:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    whole.seek(0)
    return whole
