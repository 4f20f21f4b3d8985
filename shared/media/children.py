"""Running a child process that may hang, flood, swell or crash, and always getting rid of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import InternalError, JobTimeoutError, UnsupportedMediaError
from shared.media.port import Progress

_ROOT = Path(__file__).parents[2]
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
#: From this size on, memory goes back to the kernel when it is freed: it is pictures, and a heap with holes
#: where they were is half as large again (4K HDR with a copy: 391 MB instead of 626); it costs 5 % of CPU.
_PICTURE_BYTES = 1 << 20
#: How long a killed child's pipe may stay open, and its end unseen.
_ENDING_SECONDS = 3.0
#: What ends a process that went wrong by itself.
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})
_CONFINEMENTS = ("filesystem", "system_calls")
#: What a child gets of the environment: how to find code, and how little to hoard.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": os.defpath,
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(_PICTURE_BYTES),
    "MALLOC_TRIM_THRESHOLD_": str(_PICTURE_BYTES),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
}


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """What one child may use."""

    #: Physical memory: with the worker's own some 120 MB it stays under 600 MB.
    resident_bytes: int = 470_000_000
    #: Virtual memory: code and thread stacks alone are 380 MB once PyAV, NumPy and OpenCV are loaded.
    address_space_bytes: int = 1_100_000_000
    #: The largest file it may write.
    file_bytes: int = 512 * 1024 * 1024
    #: What it may answer, in one line and altogether.
    answer_bytes: int = 2 * 1024 * 1024
    #: How much it gives way to the worker, which has leases to keep.
    niceness: int = 5
    #: How often its memory is looked at.
    watch_seconds: float = 0.05


DEFAULT_COMMAND = (sys.executable, "-m", "shared.media.child")


class CrashedError(Exception):
    """A child was ended by a signal that tells of a bug: a decoder's, most likely, which the file knows."""


class Child:
    """One running child process, in a group of its own."""

    def __init__(self, process: asyncio.subprocess.Process, limits: ChildLimits) -> None:
        self._process = process
        self._limits = limits
        self._outgrown = False
        #: The most physical memory it was seen to use.
        self.peak_bytes = 0
        #: What the kernel took away from it, by its own words; `False` where the kernel can't.
        self.confined: Mapping[str, bool] = {}

    async def asked(self, request: Mapping[str, Any], progress: Progress | None) -> Mapping[str, Any]:
        """Send a request and return the last message, `{"result": …}` or `{"error": …}`.

        Raises:
            UnsupportedMediaError: the file needs more memory than a child may have.
            JobTimeoutError: it used more CPU time than it may.
            CrashedError: it crashed.
            InternalError: it ended early, or spoke nonsense.
        """
        watch = asyncio.create_task(self._watch_memory())
        try:
            await self._send(request)
            async for message in self._messages():
                if "result" in message or "error" in message:
                    return message
                self._note(message)
                _pass_on(message, progress)
            raise self._why_gone(await self._process.wait())
        finally:
            watch.cancel()

    async def _send(self, request: Mapping[str, Any]) -> None:
        if self._process.stdin is not None:
            with suppress(BrokenPipeError, ConnectionResetError):  # why it is gone is found out while reading
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                await self._process.stdin.drain()

    async def _messages(self) -> AsyncIterator[Mapping[str, Any]]:
        left = self._limits.answer_bytes
        while self._process.stdout and (line := await _line(self._process.stdout)):
            left -= len(line)
            if left < 0:
                raise InternalError("Looking into the file answered too much.")
            yield _message(line)

    def _note(self, message: Mapping[str, Any]) -> None:
        if isinstance(told := message.get("confined"), dict):
            self.confined = {name: told.get(name) is True for name in _CONFINEMENTS}

    async def _watch_memory(self) -> None:
        """Kill the child when it outgrows its share: no limit of the kernel's counts physical memory."""
        while (used := _resident_bytes(self._process.pid)) is not None:
            self.peak_bytes = max(self.peak_bytes, used)
            if used > self._limits.resident_bytes:
                self._outgrown = True
                self.kill()
                return
            await asyncio.sleep(self._limits.watch_seconds)

    def _why_gone(self, status: int) -> Exception:
        if self._outgrown:
            return UnsupportedMediaError("The file needs too much memory.")
        if status == -signal.SIGXCPU:
            return JobTimeoutError("Looking into the file used up its CPU time.")
        if -status in _CRASHES:
            return CrashedError(f"Looking into the file crashed (signal {-status}).")
        return InternalError(f"Looking into the file ended early (status {status}).")

    def kill(self) -> None:
        """Kill it with all it may have started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Kill it if it still runs, and wait until nothing of it is left."""
        self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        with suppress(TimeoutError):  # something that it started got away, and holds the pipe
            async with asyncio.timeout(_ENDING_SECONDS):
                while self._process.stdout and await self._process.stdout.read(1 << 16):
                    pass  # a pipe that nobody empties would keep asyncio from seeing its end
                await self._process.wait()
        self._process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - no public way to let go


@asynccontextmanager
async def started(command: Sequence[str], limits: ChildLimits) -> AsyncIterator[Child]:
    """Start a child, and see it gone at the end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it may quote the file's content
        env=_environment(),
        cwd="/",
        start_new_session=True,
        limit=limits.answer_bytes,
    )
    child = Child(process, limits)
    try:
        yield child
    finally:
        await asyncio.shield(asyncio.ensure_future(child.end()))


def lifelong_parent() -> int | None:
    """Return this process' id if the calling thread lives as long as it: the kernel watches threads."""
    return os.getpid() if threading.current_thread() is threading.main_thread() else None


def _environment() -> Mapping[str, str]:
    packages = [entry for entry in sys.path if entry.rstrip("/").endswith(("site-packages", "dist-packages"))]
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {**_ENVIRONMENT, **kept, "PYTHONPATH": os.pathsep.join([str(_ROOT), *packages])}


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than the limit
        raise InternalError("Looking into the file answered too much.") from None


def _message(line: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise InternalError("Looking into the file gave no readable answer.")
    return message


def _pass_on(message: Mapping[str, Any], progress: Progress | None) -> None:
    share = message.get("progress")
    if progress is not None and isinstance(share, int | float) and 0 <= share <= 1:
        progress(float(share))


def _resident_bytes(pid: int) -> int | None:
    """Return a process' physical memory; `None` when it is gone, or where this can't be known."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return None
