"""Taking the rest of the file system away from this process, by Landlock (Linux 5.13 on, no privilege).

Same-user processes may read one another's environment in `/proc`; a parser that was taken over would find the
worker's secrets there, and other jobs' videos beside its own. After `confine` it finds neither.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

# Numbers of system calls that are the same on every architecture of ours, and bits from linux/landlock.h.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_GET_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_FILE, _TRUNCATE = (
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 5,
    1 << 8,
    1 << 14,
)
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE
#: How many kinds of access each version of the interface knows, the newest last.
_KINDS_BY_VERSION = (13, 14, 15, 15, 16)
_TCP = 0b11
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
_PR_SET_NO_NEW_PRIVS = 38


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("directory", ctypes.c_int32))


def confine(*, readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Leave this thread, and those it starts, what is named here; `False` where the kernel can't.

    Also takes TCP away from kernel 6.7 on, and signals to other processes from 6.12 on.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GET_VERSION)
    if version < 1:
        return False
    handled = (1 << _KINDS_BY_VERSION[min(version, len(_KINDS_BY_VERSION)) - 1]) - 1
    ruleset = _Ruleset(
        handled,
        _TCP if version >= _TCP_SINCE else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if version >= _SCOPES_SINCE else 0,
    )
    size = 8 + 8 * (version >= _TCP_SINCE) + 8 * (version >= _SCOPES_SINCE)
    descriptor = libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if descriptor < 0:
        return False
    try:
        for path in readable:
            _allow(libc, descriptor, path, _READ & handled)
        for path in writable:
            _allow(libc, descriptor, path, _WRITE & handled)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, descriptor, 0) == 0)
    finally:
        os.close(descriptor)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    try:
        directory = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        if not path.is_dir():
            access &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = _Rule(access, directory)
        libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(directory)
