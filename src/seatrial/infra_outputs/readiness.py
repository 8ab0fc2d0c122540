"""What the steps before `make infra-bootstrap` leave, and the programs that it needs."""

from __future__ import annotations

import shutil

from seatrial.errors import OutsideError, UsageError
from seatrial.infra_outputs.cluster_sign_in import FIXES
from seatrial.infra_outputs.state import Outputs
from seatrial.settings import Settings


def require_ready(outputs: Outputs, settings: Settings) -> None:
    """Raise unless the settings name what infra/ created, and az and kubelogin are installed.

    Raises UsageError if there is no store, or an environment lacks a deployer of the outputs; OutsideError if
    a program is missing. Nothing is asked of Azure.
    """
    if not settings.store.url or not all(
        _has_deployers(name, outputs, settings) for name in outputs.deployers
    ):
        raise UsageError(
            "seatrial.toml does not name what infra/ created",
            "make infra-outputs, or with Azure Repos make infra-azure-devops",
        )
    for program, fix in FIXES.items():
        if not shutil.which(program):
            raise OutsideError(f"{program} is not installed", fix)


def _has_deployers(name: str, outputs: Outputs, settings: Settings) -> bool:
    environment = settings.environments.get(name)
    return environment is not None and set(outputs.deployers[name]) <= set(environment.deployers)
