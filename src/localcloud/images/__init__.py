"""What the parts are made of: images pulled where that can be, else built, each named after its inputs.

An image that is already in the engine under that name is used as it is, so a second call only looks.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from localcloud import engine
from localcloud.engine.home import cache_dir
from localcloud.errors import LocalcloudError
from localcloud.filelock import held
from localcloud.images import base_image, builder, node_image, pull, tags
from localcloud.images.builder import Build
from localcloud.images.node_image import NodeImage
from localcloud.report import Report

__all__ = ["PARTS", "NodeImage", "ensure", "kind_binary", "node"]

PARTS = ("blob", "registry", "dns", "loadbalancer", "metrics")


def ensure(names: Collection[str], report: Report) -> dict[str, str]:
    """Return the reference of each image named (of ``PARTS``, or ``base``), having made what was not there.

    Missing ones are built side by side. Raises LocalcloudError with the log's end of one that failed.
    """
    unknown = set(names) - {"base", *PARTS}
    if unknown:
        raise LocalcloudError(
            f"No image is called {sorted(unknown)[0]}", f"there are base, {', '.join(PARTS)}"
        )
    host = _host()
    base = base_image.ensure(host, report)
    parts = [name for name in names if name != "base"]
    with ThreadPoolExecutor(max_workers=max(1, len(parts))) as pool:
        made = dict(zip(parts, pool.map(lambda name: _part(name, base, host, report), parts), strict=True))
    return {name: made.get(name, base) for name in names}


def node(report: Report) -> NodeImage:
    """Return the node image: kind's own where it can be pulled, else ours."""
    return node_image.ensure(_host(), report)


def kind_binary(report: Report) -> Path:
    """Return a kind program for this machine."""
    return node_image.kind_binary(_host(), report)


def _part(name: str, base: str, host: str, report: Report) -> str:
    context = tags.folder(name)
    tag = tags.reference(name, context, [base])
    with held(cache_dir() / "locks" / f"{name}.lock", f"making the image {name}"):
        if not pull.identity(host, tag):
            with report.step(f"image {name}"):
                builder.build(Build(name, context, tag=tag, arguments={"BASE": base}), host)
    return tag


def _host() -> str:
    found = engine.find()
    if found is None:
        raise LocalcloudError("No container engine answers", "make up starts one, or start Docker")
    return found.host
