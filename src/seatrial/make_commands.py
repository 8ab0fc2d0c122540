"""The make commands in messages: each names the instance that the message is about."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

DEFAULT: Final = "dev"
# The targets that act on an instance, as the Makefile has them; src/localcloud/make_commands.py has the same.
TARGETS: Final = (
    "up|down|status|logs|doctor|heartbeat|prune|cloud|example|test-integration|test-e2e|test-release|test-long"
    "|test-faults|qa-kit|bench-release|bench-model|bench-overload|bench-scale|card|golden|publish|optimize"
    "|models|use|update|propose|fetch|validate|build|run|lock-base|check|push|bootstrap|deploy|accept|promote"
    "|rollback|settle|resume|history|trace|pipeline"
)
_TARGET: Final = rf"(?:{TARGETS})(?![\w=-])"
_VALUE: Final = r"""(?:'[^']*'|"[^"]*"|[^\s'"`;,)\]<]*[^\s'"`;,)\]<.:])+"""
_COMMAND: Final = re.compile(rf"(?<![\w-])make(?: {_TARGET})+(?: [A-Z][A-Z_]*={_VALUE})*")


def with_instance(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return a message whose make commands have `INSTANCE=` with the value of SEATRIAL_INSTANCE.

    A command that has it already or whose targets take none is unchanged, and so is every one for `dev`.
    """
    instance = environ.get("SEATRIAL_INSTANCE") or DEFAULT
    if instance == DEFAULT:
        return text
    return _COMMAND.sub(lambda found: _named(found[0], instance), text)


def _named(command: str, instance: str) -> str:
    return command if " INSTANCE=" in command else f"{command} INSTANCE={instance}"
