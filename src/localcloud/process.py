"""The one door to other programs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from localcloud.errors import LocalcloudError

TAIL_LINES = 20
MISSING = "make doctor names what is missing"


@dataclass(frozen=True)
class Completed:
    """What a program that ended well printed."""

    stdout: str
    stderr: str


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """Return the last ``lines`` lines that are not empty."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])


def log_tail(path: Path | None, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file, or nothing where there is none."""
    if path is None or not path.is_file():
        return ""
    return tail(path.read_text(encoding="utf-8", errors="replace")[-64_000:], lines)


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    input: str | None = None,
    cwd: Path | None = None,
    hint: str = "",
    log: Path | None = None,
) -> Completed:
    """Run a program to its end and return what it printed.

    ``timeout`` is in seconds; ``env`` is the whole environment; with ``log`` the output goes there as it
    comes and nothing is returned. Raises LocalcloudError where the program is missing, ends with another
    code than 0 or takes too long; the end of its output goes along.
    """
    with log.open("w", encoding="utf-8") if log else nullcontext() as sink:
        try:
            done = subprocess.run(
                list(argv),
                input=input,
                stdin=subprocess.DEVNULL if input is None else None,
                stdout=sink or subprocess.PIPE,
                stderr=subprocess.STDOUT if sink else subprocess.PIPE,
                timeout=timeout,
                env=env,
                cwd=cwd,
                text=True,
                errors="replace",
                check=False,
            )
        except FileNotFoundError as error:
            raise LocalcloudError(f"{argv[0]} is not installed", hint or MISSING) from error
        except subprocess.TimeoutExpired as error:
            said = log_tail(log) or tail(_text(error.stdout) + _text(error.stderr))
            raise LocalcloudError(f"{_shown(argv)} did not end within {timeout:.0f} s", hint, said) from error
    if done.returncode:
        said = log_tail(log) or tail(f"{done.stdout or ''}\n{done.stderr or ''}")
        raise LocalcloudError(f"{_shown(argv)} ended with {done.returncode}", hint, said)
    return Completed(done.stdout or "", done.stderr or "")


def start(argv: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program that outlives this one, in a session of its own, writing to ``log``."""
    with log.open("ab") as sink:
        return subprocess.Popen(
            list(argv), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=env, start_new_session=True
        )


def _shown(argv: Sequence[str]) -> str:
    return " ".join(argv[:3]) + (" …" if len(argv) > 3 else "")


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
