"""A generated user of a registry: the password in a docker config.json, and its hash for the registry."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

import bcrypt

from localcloud import credentials
from localcloud.atomic import write_atomically


def read_or_create(directory: Path, user: str, registry: str) -> str:
    """Return a registry's password from the config.json in ``directory``; if it has none, generate one."""
    path = directory / "config.json"
    existing = _read_password(path, registry)
    if existing:
        return existing
    password = secrets.token_urlsafe(24)
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    write_atomically(path, json.dumps({"auths": {registry: {"auth": auth}}}, indent=2) + "\n")
    return password


def htpasswd(path: Path, user: str, password: str) -> str:
    """Return the htpasswd line in the file ``path``; write one if there is none for the password."""
    line = credentials.read_or_create(path, lambda: _line(user, password))
    if not _matches(line, password):
        line = _line(user, password)
        write_atomically(path, line)
    return line


def _read_password(path: Path, registry: str) -> str:
    try:
        auth = json.loads(path.read_text(encoding="utf-8"))["auths"][registry]["auth"]
        return base64.b64decode(auth).decode().partition(":")[2]
    except (FileNotFoundError, KeyError, ValueError):
        return ""


def _line(user: str, password: str) -> str:
    return f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=8)).decode()}\n"


def _matches(line: str, password: str) -> bool:
    try:
        return bcrypt.checkpw(password.encode(), line.strip().partition(":")[2].encode())
    except ValueError:
        return False
