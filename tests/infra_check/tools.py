"""OpenTofu or Terraform with the provider azurerm, and checkov: found here, downloaded, or built."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from go_program import ROOT, GoProgram, cache

SECONDS: Final = 600
CHECKOV_LOCK: Final = ROOT / "requirements" / "checkov.txt"
TOFU_VERSION: Final = "1.12.6"
_PACKAGE: Final = "github.com/opentofu/opentofu/cmd/tofu"
_FORK: Final = "github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828"
TOFU: Final = GoProgram(
    "tofu",
    TOFU_VERSION,
    _PACKAGE,
    seconds=1800,
    wrapper={
        "go.mod": f"module wrapper\n\ngo 1.26\n\nrequire github.com/opentofu/opentofu v{TOFU_VERSION}\n\n"
        f"replace github.com/hashicorp/hcl/v2 v2.20.1 => {_FORK}\n",
        "wrapper.go": f'//go:build wrapper\n\npackage wrapper\n\nimport _ "{_PACKAGE}"\n',
    },
)
"""Its go.mod replaces a module, so `go install` refuses it."""
PROVIDER: Final = GoProgram(
    "terraform-provider-azurerm",
    "5.2.0",
    "github.com/hashicorp/terraform-provider-azurerm@v1.44.1-0.20260824201233-fae580791926",
    seconds=3600,
)
"""The Go module proxy has its major versions from 2 on under names of commits only."""


@dataclass(frozen=True)
class Tofu:
    """The program, and the environment in which it finds the provider."""

    program: str
    environment: Mapping[str, str]

    def run(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a folder; its output has both streams."""
        return _run([self.program, *words], folder, {**os.environ, **self.environment})


@contextmanager
def tofu(configuration: Path) -> Iterator[Tofu]:
    """Yield OpenTofu, else Terraform, with the provider. Raises BuildError if it has to build and can not.

    The program is that of the variable TOFU, on the PATH, or built. The provider is the built one if there
    is one, else downloaded for `configuration`, else built.
    """
    given = os.environ.get("TOFU") or shutil.which("tofu") or shutil.which("terraform")
    program = given or str(TOFU.path())
    with tempfile.TemporaryDirectory(prefix="seatrial-tofu-") as name:
        if not PROVIDER.cached().exists():
            plugins = cache() / "providers"
            plugins.mkdir(parents=True, exist_ok=True)
            found = Tofu(program, {"TF_PLUGIN_CACHE_DIR": str(plugins)})
            if found.run(configuration, "init", "-backend=false", "-input=false").returncode == 0:
                yield found
                return
        yield Tofu(program, _override(Path(name), PROVIDER.path()))


def _override(folder: Path, provider: Path) -> dict[str, str]:
    """Return the environment in which `provider` is used, whatever its version, without `init`."""
    (folder / PROVIDER.name).symlink_to(provider)
    config = folder / "tofu.rc"
    overrides = f'dev_overrides {{ "hashicorp/azurerm" = "{folder}" }}'
    config.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n")
    return {"TF_CLI_CONFIG_FILE": str(config)}


def checkov() -> list[str]:
    """Return the command of checkov, installed once for each lock into an environment of its own."""
    digest = hashlib.sha256(CHECKOV_LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache() / f"checkov-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            _install(folder)
    return [str(folder / "bin" / "python"), str(folder / "bin" / "checkov")]


def _install(folder: Path) -> None:
    uv, python = str(Path(sys.executable).parent / "uv"), str(folder / "bin" / "python")
    for command in (
        [uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)],
        [uv, "pip", "sync", "-q", "--python", python, "--require-hashes", str(CHECKOV_LOCK)],
    ):
        done = _run(command, ROOT, dict(os.environ))
        if done.returncode:
            raise OSError(f"checkov cannot be installed; the package index must be reachable:\n{done.stdout}")
    (folder / "complete").touch()


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
