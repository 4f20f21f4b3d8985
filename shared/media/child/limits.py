"""What the kernel holds this process to, and how it ends with its parent."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import threading

_PR_SET_PDEATHSIG = 1


def restrict(*, address_space_bytes: int, cpu_seconds: int, file_bytes: int, open_files: int) -> None:
    """Lower this process' limits for good: beyond one, allocations or writes fail, or the process ends."""
    for kind, most in (
        (resource.RLIMIT_AS, address_space_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CORE, 0),  # a core would hold a creator's pictures
    ):
        resource.setrlimit(kind, (most, most))
    # The soft limit's signal tells the parent why; the hard one is for who ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the *thread* that started it ends, however it ends.

    To be asked for only when that thread lives as long as its process.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(1)


def end_at_end_of_input() -> None:
    """End this process when its standard input does: the parent holds the other end while it lives."""
    threading.Thread(target=_watch_input, name="parent-watch", daemon=True).start()


def _watch_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)
