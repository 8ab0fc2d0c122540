"""A release of a model of another name than that of the stable release."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prediction_server import Behaviour
from seatrial.errors import RolledBackError
from seatrial.image_reference import ImageReference
from virtual_environment import VirtualEnvironment

SLOW_SECONDS = 0.5


def image_of(virtual: VirtualEnvironment, name: str) -> ImageReference:
    """Put an image of another version of a model into the registry, and let its release respond slowly."""
    reference = virtual.image("b", model="e")
    facts = virtual.images.facts[reference]
    model = facts.model.model_copy(update={"name": name})
    virtual.images.facts[reference] = replace(facts, model=model)
    virtual.behaviours["local-2"] = Behaviour(label=virtual.golden.photos[0].label, delay=SLOW_SECONDS)
    return reference


def test_a_slower_model_of_another_name_is_accepted(virtual: VirtualEnvironment) -> None:
    """Its latency is judged by the limit of the environment; the report has why it is not compared."""
    virtual.release()
    virtual.configure(demand_comparison=True)
    virtual.deploy(image_of(virtual, "flowers"))
    checks = {check.name: check for check in virtual.accept().verdicts}
    assert checks["latency under load"].status == "passed"
    assert checks["latency compared with stable"].status == "not judged"
    assert "local-1 has the other model colours" in checks["latency compared with stable"].detail
    assert virtual.states == {"local-1": "superseded", "local-2": "stable"}


def test_a_slower_version_of_the_same_model_is_switched_back(virtual: VirtualEnvironment) -> None:
    """A new version must keep the tolerance to the stable one."""
    virtual.release()
    virtual.deploy(image_of(virtual, "colours"))
    with pytest.raises(RolledBackError, match="took longer than"):
        virtual.accept()
    assert virtual.live == "local-1"
