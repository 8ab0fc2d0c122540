"""The images of the parts: pulled if a registry provides them, else built.

Each built image has a tag computed from its inputs. An image that the engine already has is not built again.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from localcloud import engine
from localcloud.cache import lock_path
from localcloud.errors import LocalcloudError
from localcloud.images import base_image, builder, node_image, pull, tags
from localcloud.images.builder import Build
from localcloud.images.node_image import NodeImage
from localcloud.locks import exclusive
from localcloud.progress import ProgressReporter

__all__ = ["PARTS", "NodeImage", "ensure", "kind_binary", "node"]

PARTS = ("blob", "registry", "dns", "loadbalancer", "metrics", "prometheus")


def ensure(names: Collection[str], progress: ProgressReporter) -> dict[str, str]:
    """Return the references of images by name, from ``PARTS`` or "base"; build missing ones in parallel.

    Raises LocalcloudError with the end of the build log if a build fails.
    """
    unknown = set(names) - {"base", *PARTS}
    if unknown:
        raise LocalcloudError(f"Unknown image {sorted(unknown)[0]}", f"use base, {', '.join(PARTS)}")
    host = engine.require().host
    base = base_image.ensure(host, progress)
    parts = [name for name in names if name != "base"]
    with ThreadPoolExecutor(max_workers=max(1, len(parts))) as pool:
        built = dict(zip(parts, pool.map(lambda name: _part(name, base, host, progress), parts), strict=True))
    return {name: built.get(name, base) for name in names}


def node(progress: ProgressReporter) -> NodeImage:
    """Return the node image: kind's own if it can be pulled, else one that is built."""
    return node_image.ensure(engine.require().host, progress)


def kind_binary(progress: ProgressReporter) -> Path:
    """Return the path of a kind program for this machine."""
    return node_image.kind_binary(engine.require().host, progress)


def _part(name: str, base: str, host: str, progress: ProgressReporter) -> str:
    context = tags.folder(name)
    tag = tags.reference(name, context, [base])
    with exclusive(lock_path(name), f"building the {name} image"):
        if not pull.local_reference(host, tag):
            with progress.step(f"{name} image", "building"):
                builder.build(Build(name, context, tag=tag, arguments={"BASE": base}), host)
    return tag
