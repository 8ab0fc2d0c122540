"""A Landlock domain: the files that this process can read from now on. It can write none."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from seatrial.model.inference.system_calls import system_call

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_VERSION, _RULE_PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIRECTORY = 1 << 2, 1 << 3
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}
"""The number of access rights to files, by the version of Landlock that added the last ones."""

_TCP: Final = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11
_ATTRIBUTE_BYTES: Final = {1: 8, 4: 16, 6: 24}


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("directory", ctypes.c_int32))


def allow_reading_only(paths: Iterable[Path]) -> None:
    """Let this process read `paths` and what is below them, and write, create and execute no file.

    Descriptors that are open stay usable. It also loses the access to other processes in /proc. Paths that
    do not exist are skipped. Raises OSError if the kernel does not support it.
    """
    version = system_call(_CREATE_RULESET, None, 0, _GET_VERSION)
    handled = _Ruleset((1 << _newest(_FILE_RIGHTS, version)) - 1, _TCP, _ABSTRACT_SOCKETS_AND_SIGNALS)
    size = _newest(_ATTRIBUTE_BYTES, version)
    ruleset = system_call(_CREATE_RULESET, ctypes.byref(handled), size, 0)
    try:
        for path in paths:
            if path.exists():
                _allow_reading(ruleset, path)
        system_call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _newest(table: dict[int, int], version: int) -> int:
    return table[max(each for each in table if each <= version)]


def _allow_reading(ruleset: int, path: Path) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = _READ_FILE | (_READ_DIRECTORY if path.is_dir() else 0)
        rule = _PathBeneath(rights, descriptor)
        system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)
