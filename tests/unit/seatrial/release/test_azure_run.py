"""The run of Azure Pipelines that the variables of a step name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azure_devops_api import AzureDevOpsStandIn, serving_azure_devops
from seatrial.errors import UsageError
from seatrial.release.azure_reviews import azure_run


@pytest.fixture
def azure() -> Iterator[AzureDevOpsStandIn]:
    """The variables of a step of the stage production."""
    with serving_azure_devops() as served:
        yield served


def test_elsewhere_no_run_is_assumed(azure: AzureDevOpsStandIn) -> None:
    """Outside of Azure Pipelines, and in a step without the token."""
    for missing in ("TF_BUILD", "SYSTEM_ACCESSTOKEN"):
        assert azure_run({**azure.environ, missing: ""}) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYSTEM_COLLECTIONURI", "http://dev.azure.com/fabrikam/"),
        ("SYSTEM_COLLECTIONURI", "https://user@dev.azure.com/fabrikam/"),
        ("SYSTEM_TEAMPROJECT", "trial/../other"),
        ("BUILD_BUILDID", "1658/../1"),
        ("SYSTEM_STAGENAME", ""),
        ("SYSTEM_STAGEATTEMPT", "x"),
    ],
)
def test_a_variable_that_azure_pipelines_does_not_set_so_is_wrong_usage(
    azure: AzureDevOpsStandIn, name: str, value: str
) -> None:
    """No request with the token is sent to another address, or for another resource."""
    with pytest.raises(UsageError, match=f"{name} is not as Azure Pipelines sets it"):
        azure_run({**azure.environ, name: value})
