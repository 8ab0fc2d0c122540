"""System calls of Linux for which Python has no function."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


_CAPABILITIES_V3: Final = 0x20080522


def require_linux() -> None:
    """Raise OSError on another system."""
    if sys.platform != "linux":
        raise OSError(f"{sys.platform} is not Linux")


def system_call(number: int, *arguments: object) -> int:
    """Call the kernel and return its result. Raises OSError if the call fails.

    Arguments are integers, pointers and objects of ctypes.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    result = int(libc.syscall(ctypes.c_long(number), *(_as_register(each) for each in arguments)))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _as_register(argument: object) -> object:
    # Without a type ctypes passes 32 bits, and the kernel reads the whole register.
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def set_process_flag(option: int, value: int) -> None:
    """Set a flag of this process by prctl. Raises OSError if it fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def drop_capabilities() -> None:
    """Give up all capabilities of this thread, so that root has no more rights than another user."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(ctypes.byref(_CapabilityHeader(_CAPABILITIES_V3, 0)), ctypes.create_string_buffer(24)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
