"""Save iptables rules, and remove those that an engine added."""

from __future__ import annotations

import re
import shutil

from localcloud.errors import LocalcloudError
from localcloud.process import run

FAMILIES = ("iptables", "ip6tables")
COMMAND_SECONDS = 20
COUNTERS = re.compile(r"\s*\[\d+:\d+\]")


def saved_rules(family: str) -> list[str]:
    """Return the output of iptables-save or ip6tables-save, without counters and comments."""
    if shutil.which(family + "-save") is None:
        return []
    try:
        lines = run([family + "-save"], timeout=COMMAND_SECONDS).stdout.splitlines()
    except LocalcloudError:
        return []
    return [COUNTERS.sub("", line).rstrip() for line in lines if not line.startswith("#")]


def remove_engine_rules(now: list[str], before: list[str], bridges: list[str]) -> list[str]:
    """Return saved rules without an engine's chains and the rules that name them or its bridges.

    Policies get their previous values. Rules that others have added since then stay.
    """
    policies = _policies(before)
    result, table = [], ""
    for line in now:
        table = line[1:] if line.startswith("*") else table
        if line.startswith(":"):
            line = _with_policy(line, table, policies)
        if line and (line in before or not _is_of_engine(line, bridges)):
            result.append(line)
    return result


def restore(before: dict[str, list[str]], bridges: list[str]) -> None:
    """Remove an engine's rules, atomically for each family; ``before`` are the saved rules by family."""
    for family in FAMILIES:
        now = saved_rules(family)
        wanted = remove_engine_rules(now, before.get(family, []), bridges)
        if now != wanted:
            run([family + "-restore"], timeout=COMMAND_SECONDS, input="\n".join(wanted) + "\n")


def _policies(lines: list[str]) -> dict[tuple[str, str], str]:
    found, table = {}, ""
    for line in lines:
        table = line[1:] if line.startswith("*") else table
        if line.startswith(":"):
            chain, policy = line[1:].split()[:2]
            found[table, chain] = policy
    return found


def _with_policy(line: str, table: str, policies: dict[tuple[str, str], str]) -> str:
    chain, policy = line[1:].split()[:2]
    builtin = policy != "-"
    return f":{chain} {policies.get((table, chain), 'ACCEPT') if builtin else policy}"


def _is_of_engine(line: str, bridges: list[str]) -> bool:
    if re.search(r"\bDOCKER(-[A-Z0-9-]+)?\b", line):
        return True
    return any(re.search(rf"-[io] {re.escape(bridge)}(\s|$)", line) for bridge in bridges)
