"""An image that does not listen on a port that the manifests use is not started."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.errors import RefusedError
from seatrial.image_reference import ImageReference
from seatrial.release.ports import require_ports

REFERENCE = ImageReference("127.0.0.1:5000", "classifier", "sha256:" + "a" * 64)


def deployment(*ports: int) -> dict[str, Any]:
    """Return a Deployment whose container has these ports."""
    container = {"name": "classifier", "ports": [{"containerPort": port} for port in ports]}
    return {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}}


def test_an_image_of_an_older_version_is_refused_with_the_reason() -> None:
    """Its probes would fail until the progress deadline, without a word about the port."""
    with pytest.raises(RefusedError, match="does not listen on port 8081, which the manifests use") as caught:
        require_ports([deployment(8080, 8081)], REFERENCE, frozenset({8080}))
    assert "build" in caught.value.hint


@pytest.mark.parametrize("exposed", [frozenset({8080, 8081}), frozenset()])
def test_an_image_with_all_ports_or_none_stated_is_accepted(exposed: frozenset[int]) -> None:
    """A Dockerfile need not state ports."""
    require_ports([deployment(8080, 8081), {"kind": "Service", "spec": {}}], REFERENCE, exposed)
