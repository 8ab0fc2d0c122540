"""The sign-in of a person to the cluster that infra/ created, by the Azure CLI and kubelogin."""

from __future__ import annotations

from typing import Final

from seatrial.errors import OutsideError
from seatrial.infra_outputs.state import Outputs
from seatrial.process import CommandTimeoutError, NotInstalledError, run

AZ_SECONDS: Final = 300
KUBELOGIN_SECONDS: Final = 60
FIXES: Final = {
    "az": "install the Azure CLI, then az login",
    "kubelogin": "az aks install-cli, which installs kubelogin and kubectl",
}


def sign_in_to_cluster(outputs: Outputs) -> str:
    """Add the cluster to this user's kubeconfig, signed in by the Azure CLI; return its context.

    Raises OutsideError if `az` or `kubelogin` is missing or fails, or `infra/` has no such output.
    """
    values = outputs.variables.repository
    missing = [name for name in ("AKS_RESOURCE_GROUP", "AKS_CLUSTER", "KUBECONTEXT") if name not in values]
    if missing:
        raise OutsideError(f"output variables of infra/ has no {', '.join(missing)}", "make infra-up")
    where = ("--resource-group", values["AKS_RESOURCE_GROUP"], "--name", values["AKS_CLUSTER"])
    subscription = values.get("AZURE_SUBSCRIPTION_ID", "")
    which = ("--subscription", subscription) if subscription else ()
    _call("az", "aks", "get-credentials", *which, *where, "--overwrite-existing", seconds=AZ_SECONDS)
    # Without it the kubeconfig asks for a code in a browser.
    context = values["KUBECONTEXT"]
    words = ("convert-kubeconfig", "--login", "azurecli", "--context", context)
    _call("kubelogin", *words, seconds=KUBELOGIN_SECONDS)
    return context


def _call(program: str, *words: str, seconds: float) -> None:
    try:
        run([program, *words], timeout=seconds)
    except CommandTimeoutError:
        raise
    except NotInstalledError as error:
        raise OutsideError(error.message, FIXES[program]) from error
    except OutsideError as error:
        raise OutsideError(error.message, "az login, as one of its administrators", error.log) from error
