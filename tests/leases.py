"""The Lease of a namespace in tests: two deployers, and what the in-memory cluster stores."""

from __future__ import annotations

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import Manifest

SECONDS = 60
FIRST_HOLDER, SECOND_HOLDER = "ann@laptop/1", "ben@ci/2"


def stored_lease(cluster: MemoryCluster) -> Manifest:
    """Return the stored Lease object itself, not a copy."""
    return cluster.objects[("Lease", "seatrial")]


def assert_held(lease: Lease) -> HeldError:
    """Assert that the Lease cannot be acquired, and return the error."""
    with pytest.raises(HeldError) as caught, lease.hold():
        pass
    return caught.value
