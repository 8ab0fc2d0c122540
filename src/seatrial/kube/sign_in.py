"""The user of a kubeconfig context who signs in with a program, such as kubelogin.

The library starts the program without a deadline, only logs its errors, and goes on anonymously.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from kubernetes.config.config_exception import ConfigException
from kubernetes.config.exec_provider import ExecProvider
from kubernetes.config.kube_config import FileOrData, KubeConfigLoader

from seatrial.errors import SeatrialError, UsageError
from seatrial.kube.protocol import UnreachableError
from seatrial.sign_in_program import SignInProgram

_CERTIFICATE: Final = {"cert_file": "clientCertificateData", "key_file": "clientKeyData"}


class SignInLoader(KubeConfigLoader):
    """Loads a context whose user signs in with a program, at first and whenever its token expires.

    Raises the errors of the program with the name of the context; UnreachableError for a token that cannot be
    renewed, so that the request is repeated as after any other failure of the network.
    """

    _user: Any
    _cluster: Any

    def __init__(self, *words: Any, program: SignInProgram, **options: Any) -> None:
        self._program = program
        super().__init__(*words, **options)  # type: ignore[no-untyped-call]

    def _load_auth_provider_token(self) -> Any:
        provider = self._user.safe_get("auth-provider") or {}
        if "cmd-path" in (provider.get("config") or {}):
            raise UsageError(
                f"context {self._name()}: it signs in with cmd-path, which Kubernetes has removed",
                "write the kubeconfig again with a new version of the tool of your cloud",
            )
        return super()._load_auth_provider_token()  # type: ignore[no-untyped-call]

    def _load_from_exec_plugin(self) -> bool | None:
        if "exec" not in self._user:
            return None
        try:
            status = self._ask()
        except SeatrialError as error:
            message = f"context {self._name()}: {error.message}"
            kind = UnreachableError if "expiry" in self.__dict__ else type(error)
            raise kind(message, error.hint) from None
        if "token" in status:
            self.token = f"Bearer {status['token']}"
        else:
            self._take_certificate(status)
        if status.get("expirationTimestamp"):
            self.expiry = status["expirationTimestamp"]
        return True

    def _ask(self) -> dict[str, Any]:
        node = self._user["exec"]
        mode = node.safe_get("interactiveMode")
        folder = self._get_base_path(self._cluster.path)  # type: ignore[no-untyped-call]
        found = ExecProvider(node, folder, self._cluster)  # type: ignore[no-untyped-call]
        name = Path(found.args[0]).name
        if mode == "Always":
            raise UsageError(
                f"{name}, with which the kubeconfig signs in, wants to read from a terminal",
                "sign in with a program that does not, such as kubelogin convert-kubeconfig -l azurecli",
            )
        env = {**_added(found.env), "KUBERNETES_EXEC_INFO": json.dumps(_exec_info(found))}
        output = self._program(found.args, env, Path(folder) if folder else None, for_person=mode != "Never")
        return _status(output, name, found.api_version)

    def _take_certificate(self, status: dict[str, Any]) -> None:
        for field, key in _CERTIFICATE.items():
            held = FileOrData(status, None, data_key_name=key, base64_file_content=False)  # type: ignore[no-untyped-call]
            setattr(self, field, held.as_file())  # type: ignore[no-untyped-call]

    def _name(self) -> str:
        return str(self.current_context["name"])


def _added(env: dict[str, str]) -> dict[str, str]:
    """Return the variables of the kubeconfig, without those of this process."""
    return {name: value for name, value in env.items() if os.environ.get(name) != value}


def _exec_info(found: ExecProvider) -> dict[str, Any]:
    # Standard input is not passed on.
    spec: dict[str, Any] = {"interactive": False}
    if found.cluster:
        spec["cluster"] = dict(found.cluster.value)
        for each in found.cluster.value.get("extensions") or ():
            if each["name"] == "client.authentication.k8s.io/exec":
                spec["cluster"]["config"] = each["extension"]
    return {"apiVersion": found.api_version, "kind": "ExecCredential", "spec": spec}


def _status(output: str, name: str, api_version: str) -> dict[str, Any]:
    """Return the status of an ExecCredential. Raises UsageError without any of its text if there is none."""
    try:
        document = json.loads(output)
        status = document["status"]
        if document["apiVersion"] != api_version:
            raise ConfigException(f"{name} and the kubeconfig use different versions of the sign-in API")
        if isinstance(status.get("token"), str) or all(status[key] for key in _CERTIFICATE.values()):
            return dict(status)
    except ConfigException as error:
        raise UsageError(str(error), "az aks get-credentials again, or update both") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise UsageError(
        f"{name}, with which the kubeconfig signs in, printed no credentials", f"update {name}"
    ) from None
