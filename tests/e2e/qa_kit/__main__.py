"""Run the acceptance suite of this kit: python3 qa-kit https://…; see README.md beside this file."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

KIT = Path(__file__).absolute().parent
OLDEST = (3, 11)
SETUP_SECONDS = 600
NOT_RUN = 2
# What would change how the suite runs, or which packages it finds.
UNWANTED = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")


# Options of the suite.
PASSED_ON = {
    "ca": "file with the authority of a private certificate, in PEM",
    "resolve": "HOST:PORT:ADDRESS to connect to, as for curl",
    "dns": "SERVER:PORT of the DNS server for the name",
    "address": "the address that the name must resolve to",
}


class KitError(Exception):
    """The suite cannot be run; one line with what helps."""


def main() -> int:
    """Run the suite and return its exit code: 0 passed, 1 a check failed, 2 it could not run."""
    given, further = _parser().parse_known_args()
    try:
        words = _words(given)
        python = given.python or _environment()
        code = _run([str(python), "-m", "pytest", *words, *further])
    except KitError as error:
        print(f"qa-kit: {error}", file=sys.stderr)
        return NOT_RUN
    page = KIT / "reports" / "qa" / "acceptance" / "report.html"
    if page.exists():
        print(f"qa-kit: report {page}")
    # Of pytest: 1 is failed tests, what is above it an interruption, wrong usage or no test at all.
    return code if code in (0, 1) else NOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python3 qa-kit", description="Test a deployed endpoint; it is only read.", allow_abbrev=False
    )
    parser.add_argument("url", help="https://name[:port] or http://name[:port] of the endpoint")
    parser.add_argument("--expect", action="append", metavar="[FIELD=]VALUE", help="instead of kit.json's")
    parser.add_argument("--any-release", action="store_true", help="expect no image and no model")
    parser.add_argument("--python", help="an interpreter with the packages of requirements.txt")
    for name, what in PASSED_ON.items():
        parser.add_argument(f"--{name}", help=what)
    parser.epilog = "options after the URL that are not listed are pytest's, such as -k golden"
    return parser


def _words(given: argparse.Namespace) -> list[str]:
    """Return the suite's options."""
    if not given.url.startswith(("http://", "https://")):
        raise KitError(f"{given.url!r} is not a URL: give https://NAME[:PORT] or http://NAME[:PORT] first")
    facts = json.loads((KIT / "kit.json").read_text(encoding="utf-8"))
    expected = given.expect or [f"{name}={value}" for name, value in facts["expect"].items()]
    words = ["-q", "--tb=short", "-p", "no:cacheprovider", "-c", str(KIT / "pytest.ini")]
    words += ["--rootdir", str(KIT), str(KIT / "tests" / "e2e" / "acceptance"), "--url", given.url]
    words += ["--golden", str(KIT / "golden")]
    for name in PASSED_ON:
        words += [f"--{name}", getattr(given, name)] if getattr(given, name) else []
    return words + ([] if given.any_release else [word for each in expected for word in ("--expect", each)])


def _environment() -> Path:
    """Return the interpreter of the kit's virtual environment, which is made if it is not complete."""
    if sys.version_info < OLDEST:
        raise KitError(f"Python {sys.version.split()[0]} is too old: use {OLDEST[0]}.{OLDEST[1]} or newer")
    folder, requirements = KIT / ".venv", KIT / "requirements.txt"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done, wanted = folder / ".installed", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if python.exists() and done.exists() and done.read_text(encoding="ascii") == wanted:
        return python
    print(f"qa-kit: making {folder} (once)", flush=True)
    _set_up(
        [sys.executable, "-m", "venv", "--clear", str(folder)], "Debian and Ubuntu: apt install python3-venv"
    )
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _set_up([*pip, "-r", str(requirements)], "PIP_INDEX_URL names a mirror of PyPI, PIP_CERT its authority")
    done.write_text(wanted, encoding="ascii")
    return python


def _set_up(argv: list[str], hint: str) -> None:
    try:
        done = subprocess.run(
            argv, env=_variables(), capture_output=True, text=True, check=False, timeout=SETUP_SECONDS
        )
        lines = done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["no output"]
        problem = lines[-1] if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    if problem:
        raise KitError(f"the virtual environment cannot be made: {problem}; {hint}")


def _run(argv: list[str]) -> int:
    try:
        return subprocess.run(argv, env=_variables(), check=False).returncode
    except OSError as error:
        raise KitError(f"{argv[0]} does not start: {error.strerror}") from error


def _variables() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    # Bytecode is no part of the kit, and the instance names the directory of the reports.
    return {**kept, "SEATRIAL_INSTANCE": "qa", "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    sys.exit(main())
