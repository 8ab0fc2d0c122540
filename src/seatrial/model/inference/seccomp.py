"""A seccomp filter: system calls that fail in this process from now on."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from seatrial.model.inference.system_calls import system_call


@dataclass(frozen=True)
class Machine:
    """An architecture: its audit number, and its numbers of system calls by name."""

    audit: int
    numbers: dict[str, int]


# From the kernel's syscall_64.tbl and asm-generic/unistd.h.
MACHINES: Final = {
    "x86_64": Machine(
        0xC000003E,
        {
            "socket": 41,
            "clone": 56,
            "fork": 57,
            "vfork": 58,
            "execve": 59,
            "kill": 62,
            "ptrace": 101,
            "rt_sigqueueinfo": 129,
            "tkill": 200,
            "tgkill": 234,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "rt_tgsigqueueinfo": 297,
            "perf_event_open": 298,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "seccomp": 317,
            "bpf": 321,
            "execveat": 322,
        },
    ),
    "aarch64": Machine(
        0xC00000B7,
        {
            "unshare": 97,
            "ptrace": 117,
            "kill": 129,
            "tkill": 130,
            "tgkill": 131,
            "rt_sigqueueinfo": 138,
            "socket": 198,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "clone": 220,
            "execve": 221,
            "rt_tgsigqueueinfo": 240,
            "perf_event_open": 241,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "seccomp": 277,
            "bpf": 280,
            "execveat": 281,
        },
    ),
}
# The same on every architecture.
_RECENT: Final = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "pidfd_open": 434,
    "clone3": 435,
    "pidfd_getfd": 438,
    "landlock_create_ruleset": 444,
}
_WITH_CONDITION: Final = ("clone", "clone3", "tgkill")
NETWORK_AND_PROCESSES: Final = tuple(
    name
    for name in {**MACHINES["x86_64"].numbers, **_RECENT}
    if name not in (*_WITH_CONDITION, "seccomp", "landlock_create_ruleset")
)
"""Sockets; other programs, processes and their memory; the kernel's keys. io_uring opens sockets too."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_X32, _CLONE_THREAD = 0x40000000, 0x00010000
_SET_MODE_FILTER = 1


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def refuse_network_and_processes() -> None:
    """Let this process start threads only, and open no socket.

    Raises OSError if the kernel or the architecture does not support it.
    """
    install(NETWORK_AND_PROCESSES, threads_only=True)


def install(refused: Iterable[str], *, threads_only: bool = False) -> None:
    """Let the named system calls of this process fail with EPERM from now on, and those of its children.

    With `threads_only` it can start no process, and send a signal by tgkill only to itself. Needs no
    privilege once the process has no_new_privs. Raises OSError if the kernel refuses.
    """
    name = platform.machine()
    if name not in MACHINES:
        raise OSError(f"there is no filter for {name}")
    machine = MACHINES[name]
    numbers = {**machine.numbers, **_RECENT}
    code = [*_head(machine), *_refuse(numbers[each] for each in refused if each in numbers)]
    code += [*(_threads_only(numbers) if threads_only else ()), (_RETURN, 0, 0, _ALLOW)]
    program = (_Instruction * len(code))(*(_Instruction(*each) for each in code))
    system_call(numbers["seccomp"], _SET_MODE_FILTER, 0, ctypes.byref(_Program(len(code), program)))


def _head(machine: Machine) -> Iterator[tuple[int, int, int, int]]:
    """Yield the refusal of system calls of another architecture, which have other numbers."""
    yield _LOAD, 0, 0, _ARCHITECTURE
    yield _EQUAL, 1, 0, machine.audit
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER
    yield _AT_LEAST, 0, 1, _X32
    yield _RETURN, 0, 0, _KILL


def _refuse(numbers: Iterable[int], error: int = errno.EPERM) -> Iterator[tuple[int, int, int, int]]:
    for number in numbers:
        yield _EQUAL, 0, 1, number
        yield _RETURN, 0, 0, _ERROR | error


def _threads_only(numbers: dict[str, int]) -> Iterator[tuple[int, int, int, int]]:
    # A filter cannot read the arguments of clone3; without it the C library uses clone.
    yield from _refuse([numbers["clone3"]], errno.ENOSYS)
    for name, condition, value in (("clone", _ANY_BIT, _CLONE_THREAD), ("tgkill", _EQUAL, os.getpid())):
        yield _EQUAL, 0, 4, numbers[name]
        yield _LOAD, 0, 0, _FIRST_ARGUMENT
        yield condition, 0, 1, value
        yield _RETURN, 0, 0, _ALLOW
        yield _RETURN, 0, 0, _ERROR | errno.EPERM
