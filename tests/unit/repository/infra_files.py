"""The files of infra/, as far as tests without OpenTofu read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from unit.repository.project import ROOT

INFRA = ROOT / "infra"
Files = dict[str, str]


def infra_files(folder: Path = INFRA) -> Files:
    """Return the text of each file that OpenTofu reads, by its name."""
    return {path.name: path.read_text() for pattern in ("*.tf", "*.yaml") for path in folder.glob(pattern)}


def identities(files: Files) -> dict[str, dict[str, Any]]:
    """Return the identities, by name."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(files["identities.yaml"])
    return loaded


def arguments(files: Files) -> dict[str, str]:
    """Return every argument on a line of its own, by the dotted path of its block.

    The files are formatted (`make infra-check`), so a block begins with a line that ends with a brace. Of
    blocks with the same path the last one counts.
    """
    found: dict[str, str] = {}
    for text in files.values():
        path: list[str] = []
        for line in re.sub(r"\s+#.*", "", text).splitlines():
            stripped = line.strip()
            if match := re.fullmatch(r"([\w.-]+(?: \"[^\"]+\")*) \{", stripped):
                path.append(re.sub(r"[\" ]+", ".", match[1]).strip("."))
            elif stripped.endswith(("{", "(", "[")):
                path.append(stripped.split(" ")[0])
            elif re.match(r"[\]})]", stripped):
                path = path[:-1]
            elif match := re.match(r"(\w+)\s+= (.+)", stripped):
                found[".".join([*path, match[1]])] = match[2]
    return found


def variables_created(files: Files) -> set[str]:
    """Return the names of the variables of GitHub that the outputs have."""
    outputs = files["outputs.tf"].split('output "settings"')[0]
    literal = set(re.findall(r"\b([A-Z][A-Z_]+)\s+= ", outputs))
    return literal | {each["variable"] for each in identities(files).values()}
