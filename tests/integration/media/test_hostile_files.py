"""Broken, lying and hostile files the way of an upload: nothing hangs, swells, calls or opens another file.

Each file comes into a job's private folder and is probed, then inspected, in a child process. Beside it lies
a video that several of the files name, and a server listens that others name. Two files are looked into at
once, each by a thread of its own, while the cases wait for what became of theirs.

`HOSTILE_FILES=all` takes every file; otherwise it is a sample, the same every time.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from infra.local.clips.hostile import HostileFile, Outcome, Surroundings, build_hostile_files
from infra.local.clips.hostile.disguised import movie
from shared.clock import SystemClock
from shared.errors import UnsupportedMediaError
from shared.media.isolated import IsolatedMedia
from shared.media.report import Inspection
from tests.hostile_sample import ALL, CASES, COPIED, NAMES
from tests.media_traps import PeakMemory, Trap, watching

_WALL_SECONDS = 90.0
#: What the worker gives to inspecting; the rest is for starting and ending.
_GIVEN_SECONDS = 20.0
_MEMORY_BYTES = 600_000_000
_AT_ONCE = 2
#: What a reader that takes no precautions is led away by, with the options that it then has.
_BAITS = {"ffconcat-relative": {}, "dref-alias": {"enable_drefs": "1", "use_absolute_path": "1"}}
#: Whatever is looked at is broken: nobody pays a model for pictures of nothing.
_INVISIBLE = frozenset({"encrypted", "parameters-garbled"})

#: The first test makes the files, which takes a minute where nobody did before.
pytestmark = pytest.mark.timeout(600 if ALL else 300)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A file, and whether it is to be copied, too."""

    name: str
    copied: bool = False


@dataclass(frozen=True, kw_only=True)
class _Lane:
    """A folder in which one file after the other is looked into."""

    folder: Path
    trap: Trap
    files: Mapping[str, HostileFile]


@contextmanager
def _lane(directory: Path) -> Iterator[_Lane]:
    folder = directory / "job"
    folder.mkdir()
    neighbour = folder / "neighbour.mp4"
    neighbour.write_bytes(movie())
    with socket.create_server(("127.0.0.1", 0)) as server:
        trap = Trap(server=server, neighbour=neighbour)
        around = Surroundings(canary_url=trap.url, neighbour=neighbour)
        files = build_hostile_files(directory / "hostile", around, names={*NAMES, *COPIED, *_BAITS})
        yield _Lane(folder=folder, trap=trap, files={file.name: file for file in files})


def _asked_by(item: pytest.Function) -> _Asked:
    asked = item.callspec.params["asked"]
    assert isinstance(asked, _Asked)
    return asked


@pytest.fixture(scope="module")
def ends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[_Asked, Future[None]]]:
    """What becomes of each file that a chosen case is about."""
    asked = [
        _asked_by(item)
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == request.path and "asked" in item.fixturenames
    ]
    futures: dict[_Asked, Future[None]] = {each: Future() for each in asked}
    waiting: SimpleQueue[_Asked] = SimpleQueue()
    for each in asked:
        waiting.put(each)
    stopped = threading.Event()
    with ExitStack() as stack:
        lanes = [stack.enter_context(_lane(tmp_path_factory.mktemp("lane"))) for _ in range(_AT_ONCE)]
        threads = [
            threading.Thread(target=_run_lane, args=(lane, waiting, futures, stopped)) for lane in lanes
        ]
        for thread in threads:
            thread.start()
        yield futures
        stopped.set()
        for thread in threads:
            thread.join()


def _run_lane(
    lane: _Lane,
    waiting: SimpleQueue[_Asked],
    futures: Mapping[_Asked, Future[None]],
    stopped: threading.Event,
) -> None:
    async def run() -> None:
        media = IsolatedMedia(clock=SystemClock())
        while not stopped.is_set():
            with suppress(Empty):
                asked = waiting.get_nowait()
                try:
                    await _survived(lane, media, asked)
                except BaseException as error:  # noqa: BLE001 - the case that waits for it raises it
                    futures[asked].set_exception(error)
                else:
                    futures[asked].set_result(None)
                continue
            return

    asyncio.run(run())


@dataclass(frozen=True, kw_only=True)
class _End:
    """What became of a file."""

    outcome: Outcome
    said: str
    seconds: float
    peak_bytes: int


async def _looked_into(media: IsolatedMedia, path: Path, out: Path, copy_target_bytes: int | None) -> _End:
    memory, began = PeakMemory(), time.monotonic()
    watch = asyncio.create_task(memory.watch())
    try:
        outcome, said = await _outcome(media, path, out, copy_target_bytes)
    finally:
        watch.cancel()
    return _End(outcome=outcome, said=said, seconds=time.monotonic() - began, peak_bytes=memory.peak_bytes)


async def _outcome(
    media: IsolatedMedia, path: Path, out: Path, copy_target_bytes: int | None
) -> tuple[Outcome, str]:
    """Do as the handler does, and say how it ended; an error that is not the file's fault is raised."""
    deadline = time.monotonic() + _GIVEN_SECONDS
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


@pytest.mark.parametrize("asked", [pytest.param(_Asked(name=name), id=name) for name in NAMES])
def test_the_worker_survives(asked: _Asked, ends: Mapping[_Asked, Future[None]]) -> None:
    ends[asked].result()


@pytest.mark.parametrize("asked", [pytest.param(_Asked(name=name, copied=True), id=name) for name in COPIED])
def test_the_worker_survives_copying(asked: _Asked, ends: Mapping[_Asked, Future[None]]) -> None:
    """Copying decodes and encodes all of it; so few of them are enough."""
    ends[asked].result()


async def _survived(lane: _Lane, media: IsolatedMedia, asked: _Asked) -> None:
    file, folder, trap = lane.files[asked.name], lane.folder, lane.trap
    target_bytes = max(1000, file.path.stat().st_size * 2 // 5) if asked.copied else None
    path, out = folder / "video.mp4", folder / "out"
    shutil.copyfile(file.path, path)
    out.mkdir()
    try:
        with watching(trap.neighbour) as opened:
            end = await _looked_into(media, path, out, target_bytes)
            assert not opened, "another file was opened"
        assert path.read_bytes() == file.path.read_bytes()
        assert {entry.name for entry in folder.iterdir()} == {"neighbour.mp4", "out", "video.mp4"}
    finally:
        shutil.rmtree(out)
        path.unlink()
    _check(end, file, copied=asked.copied)
    assert not trap.called()


def _check(end: _End, file: HostileFile, *, copied: bool) -> None:
    # Where a copy is asked for, that none was worth having is noted, too.
    noted = {Outcome.NOTED} if copied else set()
    assert end.outcome in file.expected | noted, end.said
    assert end.said, "nobody was told why"
    assert end.seconds < _WALL_SECONDS
    assert 0 < end.peak_bytes < _MEMORY_BYTES
    if file.name in _INVISIBLE:
        assert (end.outcome, end.said[:26]) == (Outcome.REFUSED, "No picture can be decoded:")


def test_there_are_enough() -> None:
    assert len(set(NAMES)) == len(NAMES) >= (230 if ALL else 90)
    assert {*COPIED, *_BAITS} <= {case.name for case in CASES}


def test_every_kind_of_outcome_is_among_them() -> None:
    expected = {case.name: case.expected for case in CASES}
    assert {expected[name] for name in NAMES} == set(expected.values())


@pytest.mark.parametrize(("name", "options"), _BAITS.items())
def test_the_baits_would_be_taken(name: str, options: Mapping[str, str], tmp_path: Path) -> None:
    """A reader without our precautions opens the other file: else the tests above would prove nothing."""
    with _lane(tmp_path) as lane:
        path = lane.folder / "bait.mp4"
        shutil.copyfile(lane.files[name].path, path)
        code = "import av, sys\nfor _ in av.open(sys.argv[1], options=eval(sys.argv[2])).decode(): break"
        with watching(lane.trap.neighbour) as opened:
            subprocess.run(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-c", code, str(path), repr(dict(options))],
                check=False,
                capture_output=True,
            )
            assert opened
