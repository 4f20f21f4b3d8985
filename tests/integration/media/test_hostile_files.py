"""Broken, lying and hostile files the way of an upload: nothing hangs, swells, calls or opens another file.

Each file comes into a job's private folder and is probed, then inspected, in a child process. Beside it lies
a video that several of the files name, and a server listens that others name.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.clips.hostile import HostileFile, Outcome, Surroundings, build_hostile_files
from infra.local.clips.hostile.building import hostile_cases
from infra.local.clips.hostile.disguised import movie
from shared.clock import SystemClock
from shared.errors import UnsupportedMediaError
from shared.media.isolated import IsolatedMedia
from shared.media.report import Inspection

_WALL_SECONDS = 30.0
#: What the worker gives to inspecting; the rest is for starting and ending.
_GIVEN_SECONDS = 20.0
_MEMORY_BYTES = 600_000_000
_IN_ACCESS, _IN_OPEN = 0x1, 0x20
_NAMES = [case.name for case in hostile_cases()]
#: What is decoded at all, and is damaged or odd.
_COPIED = (
    "cut-faststart-50",
    "cut-matroska-50",
    "cut-in-fragment",
    "flips-mdat-1e-04",
    "flips-mdat-1e-02",
    "flips-moov-3",
    "flips-av1-3e-03",
    "flips-hevc-3e-03",
    "hole",
    "stts-zero",
    "ctts-extreme",
    "edit-far",
    "timescale-max",
    "tall",
    "odd-size",
    "grey",
    "high-444",
    "resized-8k",
    "sound-longer",
    "one-frame",
    "15-minutes",
    "4k-slow-motion",
    "4k-16-references",
    "encrypted",
    "parameters-garbled",
    "stsc-frames",
    "flips-matroska-3e-03",
    "edit-empty-forever",
    "resized-smaller",
)

#: The first test makes the files, which takes a minute where nobody did before.
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, kw_only=True)
class _Trap:
    """What nobody may touch."""

    server: socket.socket
    neighbour: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def called(self) -> bool:
        """Tell if anybody connected."""
        return bool(select.select([self.server], [], [], 0)[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("job")


@pytest.fixture(scope="module")
def trap(folder: Path) -> Iterator[_Trap]:
    neighbour = folder / "neighbour.mp4"
    neighbour.write_bytes(movie())
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield _Trap(server=server, neighbour=neighbour)


@pytest.fixture(scope="module")
def files(trap: _Trap, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, HostileFile]:
    around = Surroundings(canary_url=trap.url, neighbour=trap.neighbour)
    return {file.name: file for file in build_hostile_files(tmp_path_factory.mktemp("hostile"), around)}


class _Opened:
    """Whether a file was opened while this watched it."""

    def __init__(self, watch: int) -> None:
        self._watch = watch

    def __bool__(self) -> bool:
        with suppress(BlockingIOError):
            return bool(os.read(self._watch, 4096))
        return False


@contextmanager
def _watching(path: Path) -> Iterator[_Opened]:
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert watch >= 0
    try:
        assert libc.inotify_add_watch(watch, bytes(path), _IN_OPEN | _IN_ACCESS) >= 0
        yield _Opened(watch)
    finally:
        os.close(watch)


class _Memory:
    """The most memory that any child had, by the kernel's own high-water mark."""

    def __init__(self) -> None:
        self.peak_bytes = 0

    async def watch(self) -> None:
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        while True:
            for child in children.read_text().split():
                with suppress(OSError):
                    self._note(Path(f"/proc/{child}/status").read_text())
            await asyncio.sleep(0.01)

    def _note(self, status: str) -> None:
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self.peak_bytes = max(self.peak_bytes, int(line.split()[1]) * 1024)


@dataclass(frozen=True, kw_only=True)
class _End:
    """What became of a file."""

    outcome: Outcome
    said: str
    seconds: float
    peak_bytes: int


async def _looked_into(path: Path, out: Path, copy_target_bytes: int | None = None) -> _End:
    memory, began = _Memory(), time.monotonic()
    watch = asyncio.create_task(memory.watch())
    try:
        outcome, said = await _outcome(path, out, copy_target_bytes)
    finally:
        watch.cancel()
    return _End(outcome=outcome, said=said, seconds=time.monotonic() - began, peak_bytes=memory.peak_bytes)


async def _outcome(path: Path, out: Path, copy_target_bytes: int | None) -> tuple[Outcome, str]:
    """Do as the handler does, and say how it ended; an error that is not the file's fault is raised."""
    media, deadline = IsolatedMedia(clock=SystemClock()), time.monotonic() + _GIVEN_SECONDS
    try:
        probe = await media.probe(path, size_bytes=path.stat().st_size, deadline=deadline)
        inspection = await media.inspect(path, out, deadline=deadline, copy_target_bytes=copy_target_bytes)
    except UnsupportedMediaError as error:
        return Outcome.REFUSED, error.message
    assert probe.duration_seconds > 0
    noted = inspection.damage is not None or bool(inspection.notes)
    _check_pictures(inspection, out)
    return (Outcome.NOTED if noted else Outcome.FINE), f"{inspection.damage} {inspection.notes}"


def _check_pictures(inspection: Inspection, out: Path) -> None:
    """Let all that is named be there, and nothing else; what is whole has something to show."""
    assert inspection.key_frames or inspection.damage
    named = {frame.file for frame in inspection.key_frames}
    named |= {sheet.file for sheet in inspection.contact_sheets}
    named |= {inspection.sound.file} - {None}  # type: ignore[arg-type]  # the set holds strings afterwards
    named |= {inspection.copy_made.file} if inspection.copy_made else set()
    assert {path.name for path in out.iterdir()} == named


@pytest.mark.parametrize("name", _NAMES)
async def test_the_worker_survives(
    name: str, files: Mapping[str, HostileFile], trap: _Trap, folder: Path
) -> None:
    await _survived(files[name], trap, folder)


@pytest.mark.parametrize("name", _COPIED)
async def test_the_worker_survives_copying(
    name: str, files: Mapping[str, HostileFile], trap: _Trap, folder: Path
) -> None:
    """Copying decodes and encodes all of it; so few of them are enough."""
    file = files[name]
    await _survived(file, trap, folder, copy_target_bytes=max(1000, file.path.stat().st_size * 2 // 5))


async def _survived(
    file: HostileFile, trap: _Trap, folder: Path, *, copy_target_bytes: int | None = None
) -> None:
    path, out = folder / "video.mp4", folder / "out"
    shutil.copyfile(file.path, path)
    out.mkdir()
    try:
        with _watching(trap.neighbour) as opened:
            end = await _looked_into(path, out, copy_target_bytes)
            assert not opened, "another file was opened"
        assert path.read_bytes() == file.path.read_bytes()
        assert {entry.name for entry in folder.iterdir()} == {"neighbour.mp4", "out", "video.mp4"}
    finally:
        shutil.rmtree(out)
        path.unlink()
    # Where a copy is asked for, that none was worth having is noted, too.
    noted = {Outcome.NOTED} if copy_target_bytes else set()
    assert end.outcome in file.expected | noted, end.said
    assert end.said, "nobody was told why"
    assert end.seconds < _WALL_SECONDS
    assert 0 < end.peak_bytes < _MEMORY_BYTES
    assert not trap.called()


def test_there_are_enough() -> None:
    assert len(set(_NAMES)) == len(_NAMES) >= 60


@pytest.mark.parametrize(
    ("name", "options"),
    [("ffconcat-relative", {}), ("dref-alias", {"enable_drefs": "1", "use_absolute_path": "1"})],
)
def test_the_baits_would_be_taken(
    name: str, options: Mapping[str, str], files: Mapping[str, HostileFile], trap: _Trap, folder: Path
) -> None:
    """A reader without our precautions opens the other file: else the tests above would prove nothing."""
    path = folder / "bait.mp4"
    shutil.copyfile(files[name].path, path)
    code = "import av, sys\nfor _ in av.open(sys.argv[1], options=eval(sys.argv[2])).decode(): break"
    with _watching(trap.neighbour) as opened:
        subprocess.run(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-c", code, str(path), repr(dict(options))], check=False, capture_output=True
        )
        assert opened
    path.unlink()
