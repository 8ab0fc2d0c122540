"""Removal of secrets and of this machine's paths from a report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

from seatrial.report.schema import ReportModel
from seatrial.secret_patterns import mask_credentials

Report = TypeVar("Report", bound=ReportModel)
# Directories of a machine. A path inside a container or a URL does not match.
_HOMES = re.compile(
    r"(?<![\w.:/-])/(?:root|home|Users|work|tmp|var|private|mnt|opt|srv|github|builds)/[^\s'\":,;)\]<>]*"
)


def redact(text: str, root: Path | None = None) -> str:
    """Return `text` without secrets and without paths of this machine; those below `root` become relative."""
    text = mask_credentials(text)
    if root:
        text = text.replace(f"{root}/", "").replace(str(root), ".")
    return _HOMES.sub(lambda found: f"…/{found.group().rstrip('/').rpartition('/')[2]}", text)


def redact_report(report: Report, root: Path) -> Report:
    """Return the report with every text in it redacted."""
    return type(report).model_validate(_redact_all(report.model_dump(), root))


def _redact_all(value: object, root: Path) -> object:
    if isinstance(value, str):
        return redact(value, root)
    if isinstance(value, dict):
        return {_redact_all(name, root): _redact_all(each, root) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_redact_all(each, root) for each in value)
    return value
