"""The one door to BuildKit: through buildx, or through an older docker client that has it built in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import OutsideError
from seatrial.image.engine import explain
from seatrial.process import run

BUILD_SECONDS = 900
ASK_SECONDS = 20
# Newer clients without the plugin build by the legacy builder, which knows no secret mounts.
LAST_WITH_BUILDKIT = 22
DEBIAN = "/usr/bin/docker"
NO_BASE = re.compile(r"metadata for|LLB definition: (?!dockerfile)|pull access denied|manifest unknown")


@dataclass(frozen=True)
class Recipe:
    """What an image is built from and what it says of itself; `ca` is a certificate bundle to trust."""

    context: Path
    base: str
    commit: str
    labels: Mapping[str, str]
    ca: Path | None = None


def build_image(recipe: Recipe) -> str:
    """Build the image and return its id. Nothing is tagged.

    Raises OutsideError when there is no BuildKit, the base cannot be had, or the build fails.
    """
    client, environment = find_builder()
    id_file = recipe.context.parent / "image-id"
    argv = [*client, *_words(recipe), "--iidfile", str(id_file), str(recipe.context)]
    done = run(argv, timeout=BUILD_SECONDS, env=environment, check=False)
    if done.code != 0:
        raise _failure(done.output, recipe.base)
    return id_file.read_text().strip()


def find_builder() -> tuple[list[str], dict[str, str]]:
    """Return the command that builds with BuildKit here, and what it needs in its environment.

    Raises OutsideError when no docker client on this machine can.
    """
    clients = dict.fromkeys(path for path in (shutil.which("docker"), DEBIAN) if path and Path(path).exists())
    for client in clients:
        if run([client, "buildx", "version"], timeout=ASK_SECONDS, check=False).code == 0:
            return [client, "buildx", "build", "--builder=default", "--load", "--provenance=false"], {}
    for client in clients:
        if _major(client) <= LAST_WITH_BUILDKIT:
            return [client, "build"], {"DOCKER_BUILDKIT": "1"}
    raise OutsideError("no docker client here has BuildKit", "install docker-buildx (or Debian's docker.io)")


def _major(client: str) -> int:
    said = run([client, "--version"], timeout=ASK_SECONDS, check=False).output
    found = re.search(r"version (\d+)", said)
    return int(found[1]) if found else LAST_WITH_BUILDKIT + 1


def _words(recipe: Recipe) -> list[str]:
    words = ["--progress=plain", "--build-arg", f"BASE={recipe.base}"]
    words += ["--build-arg", f"APP_COMMIT={recipe.commit}"]
    for name, value in recipe.labels.items():
        words += ["--label", f"{name}={value}"]
    if recipe.ca:
        words += ["--secret", f"id=ca,src={recipe.ca}"]
    return words


def _failure(log: str, base: str) -> OutsideError:
    if NO_BASE.search(_errors(log)):
        return OutsideError(
            f"the base image {base} cannot be had", "`make cloud` builds one where none can be pulled"
        )
    return explain("building the image", log)


def _errors(log: str) -> str:
    return "\n".join(line for line in log.splitlines() if re.search(r"error|failed|denied", line, re.I))
