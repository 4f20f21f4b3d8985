"""Private directories for jobs, which outlive neither the job nor, for long, the process that made them.

A name carries its process' id and start time and the machine's boot: so a sweep can tell a dead process'
leavings from a living one's, also when the id is in use again. Processes in other containers have other
ids, and their own temporary file systems.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_PREFIX = "huntaze-job"
_NAME = re.compile(rf"{_PREFIX}-(?P<boot>[0-9a-f]+)-(?P<pid>\d+)-(?P<started>\d+)-.+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_BOOT_CHARACTERS, _NAME_CHARACTERS = 8, 40
#: Where the start time stands in `/proc/<pid>/stat`, counted behind the command's name.
_START_TIME_FIELD = 19


class PrivateDirectories:
    """Directories under the system's temporary one, or another; see `TemporaryDirectories`."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or Path(tempfile.gettempdir())

    @asynccontextmanager
    async def directory(self, name: str) -> AsyncIterator[Path]:
        """Make a private directory, and remove it with all it holds at the end."""
        path = await asyncio.to_thread(self._make, name)
        try:
            yield path
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, path, ignore_errors=True))

    async def sweep(self) -> int:
        """Remove the directories whose process is gone, and return how many there were."""
        return await asyncio.to_thread(self._sweep)

    def _make(self, name: str) -> Path:
        pid = os.getpid()
        tidy = _UNSAFE.sub("_", name)[:_NAME_CHARACTERS]
        prefix = f"{_PREFIX}-{_boot()}-{pid}-{_started(pid)}-{tidy}-"
        return Path(tempfile.mkdtemp(prefix=prefix, dir=self._root))  # mode 0700

    def _sweep(self) -> int:
        removed = 0
        for path in self._root.glob(f"{_PREFIX}-*"):
            if _is_left_behind(path):
                shutil.rmtree(path, ignore_errors=True)
                removed += not path.exists()
        return removed


def _is_left_behind(path: Path) -> bool:
    """Tell if a directory is one of ours whose process is gone."""
    found = _NAME.fullmatch(path.name)
    if found is None or path.is_symlink() or path.lstat().st_uid != os.getuid():
        return False
    return found["boot"] != _boot() or int(found["started"]) != _started(int(found["pid"]))


def _boot() -> str:
    """Return what tells this run of the machine from others."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:_BOOT_CHARACTERS]
    except OSError:
        return "0"


def _started(pid: int) -> int:
    """Return when a process began, in clock ticks since boot; -1 if there is no such process.

    Where `/proc` does not exist, 0 for every process that does.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return -1 if Path("/proc/self").exists() else 0
    return int(stat.rpartition(")")[2].split()[_START_TIME_FIELD])
