"""What infra/ created: the outputs in the state of OpenTofu or Terraform."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from seatrial.errors import OutsideError, UsageError
from seatrial.process import CommandTimeoutError, run
from seatrial.secret_patterns import find_credential

TOFU_SECONDS: Final = 120
PROGRAMS: Final = ("tofu", "terraform")
FOLDER: Final = "infra"
INSTALL: Final = "install OpenTofu (https://opentofu.org/docs/intro/install) or Terraform"
_NO_STATE: Final = re.compile(r"init|backend", re.IGNORECASE)


def _harmless(value: str) -> str:
    if find_credential(value.encode()):
        raise ValueError("has the form of a credential, and outputs have none")
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]
Environment = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Value = Annotated[str, StringConstraints(pattern=r"^[^\r\n]+$"), AfterValidator(_harmless)]
Id = Annotated[str, StringConstraints(pattern=r"^(?:group:)?[0-9a-fA-F-]{36}$")]


class Variables(BaseModel):
    """Variables of the repository, and those of each GitHub environment."""

    model_config = ConfigDict(frozen=True)

    repository: dict[Name, Value]
    environments: dict[Environment, dict[Name, Value]]


class Outputs(BaseModel):
    """The outputs of infra/.

    `settings` has dotted keys of seatrial.toml, `subjects` what each identity trusts. `deployers` and
    `readers` are the object ids that `bootstrap` gives rights in the namespace of an environment.
    `service_connections` has the application id of each connection of Azure Pipelines.
    """

    model_config = ConfigDict(frozen=True)

    variables: Variables
    settings: dict[str, Value]
    subjects: dict[str, list[str]]
    deployers: dict[Environment, list[Id]]
    readers: dict[Environment, list[Id]]
    service_connections: dict[str, Value] = {}


def read_outputs(root: Path) -> Outputs:
    """Return the outputs of `infra/` of a checkout.

    Raises UsageError if neither OpenTofu nor Terraform is installed or nothing was created yet; OutsideError
    if the state cannot be read, lacks an output or has one that is not valid.
    """
    program = find_program()
    command = [program, f"-chdir={FOLDER}", "output", "-json", "-no-color"]
    try:
        text = run(command, timeout=TOFU_SECONDS, cwd=root, separate_stderr=True).output
    except CommandTimeoutError:
        raise
    except OutsideError as error:
        hint = "make infra-plan" if _NO_STATE.search(error.log) else "see the lines above"
        raise OutsideError(f"{program} cannot read the state of {FOLDER}/", hint, error.log) from error
    return parse_outputs(text)


def find_program() -> str:
    """Return the program TOFU, else `tofu`, else `terraform`. Raises UsageError if there is none."""
    given = os.environ.get("TOFU", "")
    for name in (given,) if given else PROGRAMS:
        if shutil.which(name):
            return name
    raise UsageError(f"{given or 'tofu'} is not installed", INSTALL)


def parse_outputs(text: str) -> Outputs:
    """Return the outputs in what `tofu output -json` printed. Raises what `read_outputs` raises."""
    try:
        found = TypeAdapter(dict[str, dict[str, Any]]).validate_json(text)
    except ValidationError as error:
        raise OutsideError(f"the outputs of {FOLDER}/ are not valid JSON", "update OpenTofu") from error
    if not found:
        raise UsageError(f"{FOLDER}/ has no state with outputs: nothing was created yet", "make infra-up")
    _refuse_secrets(found)
    try:
        return Outputs.model_validate({name: output.get("value") for name, output in found.items()})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        # Not the value: it may be what must not be shown.
        what = "is missing" if first["type"] == "missing" else first["msg"]
        fix = f"make infra-up, which writes the outputs of this checkout's {FOLDER}/"
        raise OutsideError(f"output {where} of {FOLDER}/: {what}", fix) from error


def _refuse_secrets(found: Mapping[str, Mapping[str, Any]]) -> None:
    for name in Outputs.model_fields:
        if found.get(name, {}).get("sensitive"):
            fix = f"remove `sensitive` from {FOLDER}/outputs.tf, or the secret"
            raise UsageError(f"output {name} of {FOLDER}/ is marked as a secret", fix)
