"""Taking away system calls that parsing media never needs, by seccomp (no privilege needed).

No sockets, no programs, no other processes: what an exploited decoder would reach for first. A refused call
fails with EPERM, so that code which merely tries one goes on.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD_WORD, _JUMP_IF_EQUAL, _JUMP_IF_ANY_BIT, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
#: Offsets in `struct seccomp_data`; the low word of the first argument on a little-endian machine.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x10000
#: x86-64's second set of numbers for the same calls.
_X32_BIT = 0x40000000


@dataclass(frozen=True, kw_only=True)
class _Machine:
    #: The kernel's name for the architecture (AUDIT_ARCH_…).
    architecture: int
    clone: int
    #: socket, socketpair, connect, accept, accept4, bind, listen, sendto, sendmsg.
    sockets: tuple[int, ...]
    #: execve, execveat, kill, ptrace, process_vm_readv, process_vm_writev; fork, vfork where they exist.
    processes: tuple[int, ...]
    #: mount, unshare, setns, bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl.
    kernel: tuple[int, ...]


#: clone3 can't be told apart by its arguments: who is told it does not exist falls back to clone.
_CLONE3 = 435
#: pidfd_send_signal, io_uring_setup, io_uring_enter, pidfd_open, pidfd_getfd.
_REFUSED_EVERYWHERE = (424, 425, 426, 434, 438)
_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        clone=56,
        sockets=(41, 53, 42, 43, 288, 49, 50, 44, 46),
        processes=(59, 322, 62, 101, 310, 311, 57, 58),
        kernel=(165, 272, 308, 321, 298, 323, 248, 249, 250),
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7,
        clone=220,
        sockets=(198, 199, 203, 202, 242, 200, 201, 206, 211),
        processes=(221, 281, 129, 117, 270, 271),
        kernel=(40, 97, 268, 280, 241, 282, 217, 218, 219),
    ),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("operand", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def refuse_dangerous_calls() -> bool:
    """Filter this thread's system calls, and those of threads it starts; `False` where the kernel can't."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    instructions = [_Instruction(*fields) for fields in _instructions(machine)]
    array = (_Instruction * len(instructions))(*instructions)
    program = _Program(len(instructions), array)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


def _instructions(machine: _Machine) -> Iterator[Sequence[int]]:
    refuse = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    yield _LOAD_WORD, 0, 0, _ARCHITECTURE
    yield _JUMP_IF_EQUAL, 1, 0, machine.architecture
    yield _RETURN, 0, 0, _KILL  # calls by another architecture's numbers
    yield _LOAD_WORD, 0, 0, _NUMBER
    yield _JUMP_IF_AT_LEAST, 0, 1, _X32_BIT
    yield refuse
    for number in (*machine.sockets, *machine.processes, *machine.kernel, *_REFUSED_EVERYWHERE):
        yield _JUMP_IF_EQUAL, 0, 1, number
        yield refuse
    yield _JUMP_IF_EQUAL, 0, 1, _CLONE3
    yield _RETURN, 0, 0, _ERRNO | errno.ENOSYS
    yield _JUMP_IF_EQUAL, 0, 3, machine.clone
    yield _LOAD_WORD, 0, 0, _FIRST_ARGUMENT
    yield _JUMP_IF_ANY_BIT, 1, 0, _CLONE_THREAD  # threads may be made, processes may not
    yield refuse
    yield _RETURN, 0, 0, _ALLOW
