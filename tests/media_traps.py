"""Noticing what a file that is looked into does: calls, other files opened, memory taken."""

from __future__ import annotations

import asyncio
import ctypes
import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_IN_ACCESS, _IN_OPEN = 0x1, 0x20


@dataclass(frozen=True, kw_only=True)
class Trap:
    """What nobody may touch."""

    server: socket.socket
    neighbour: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def called(self) -> bool:
        """Tell if anybody connected."""
        return bool(select.select([self.server], [], [], 0)[0])


class Opened:
    """Whether a file was opened while this watched it."""

    def __init__(self, watch: int) -> None:
        self._watch = watch

    def __bool__(self) -> bool:
        with suppress(BlockingIOError):
            return bool(os.read(self._watch, 4096))
        return False


@contextmanager
def watching(path: Path) -> Iterator[Opened]:
    """Yield what is true if the file was opened since it was last asked."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert watch >= 0
    try:
        assert libc.inotify_add_watch(watch, bytes(path), _IN_OPEN | _IN_ACCESS) >= 0
        yield Opened(watch)
    finally:
        os.close(watch)


class PeakMemory:
    """The most memory that any child of this thread had, by the kernel's own high-water mark."""

    def __init__(self) -> None:
        self.peak_bytes = 0

    async def watch(self) -> None:
        """Look at the children until this is cancelled."""
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
        while True:
            for child in children.read_text().split():
                with suppress(OSError):
                    self._note(Path(f"/proc/{child}/status").read_text())
            await asyncio.sleep(0.01)

    def _note(self, status: str) -> None:
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self.peak_bytes = max(self.peak_bytes, int(line.split()[1]) * 1024)
