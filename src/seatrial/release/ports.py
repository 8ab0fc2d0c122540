"""Whether an image listens on the ports that the manifests use: one of an older version may not."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from seatrial.errors import RefusedError
from seatrial.image_reference import ImageReference
from seatrial.kube.protocol import Manifest


def require_ports(manifests: Iterable[Manifest], image: ImageReference, exposed: Collection[int]) -> None:
    """Raise RefusedError if a Deployment uses a port that the image states not to listen on.

    `exposed` are the image's ports (`EXPOSE` in its Dockerfile); an image that states none is accepted.
    """
    missing = sorted(_used(manifests) - set(exposed)) if exposed else []
    if missing:
        known = ", ".join(map(str, sorted(exposed)))
        raise RefusedError(
            f"{image} does not listen on port {missing[0]}, which the manifests use (it exposes {known}): "
            "an older version built it",
            "build it again with this version; no user was affected",
        )


def _used(manifests: Iterable[Manifest]) -> set[int]:
    return {
        int(port["containerPort"])
        for manifest in manifests
        if manifest["kind"] == "Deployment"
        for container in manifest["spec"]["template"]["spec"]["containers"]
        for port in container.get("ports", [])
    }
