"""What the child can be asked for: each task names the module that does it, imported only when asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.errors import UnsupportedMediaError
from shared.media.port import Progress

_MAX_DECODED_PIXELS = 50_000_000


class Request(BaseModel):
    """The one line that the child reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    path: Path | None = None
    #: Where files are put; nothing else may be written.
    directory: Path | None = None
    size_bytes: int = 0
    #: Wall time that the task may plan with; the parent ends the child soon after.
    seconds: float
    target_bytes: int | None = None
    #: This instance's slowness, as a task `calibrate` told it.
    factor: float = 1.0
    #: The process to end with, if the thread that started this one lives as long as it.
    parent: int | None = None
    address_space_bytes: int
    file_bytes: int
    open_files: int = 64
    #: How much the child gives way to the worker.
    niceness: int = 0


Task = Callable[[Request, Progress], BaseModel | Mapping[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class _File:
    path: Path
    directory: Path


def task(name: str) -> Task:
    """Return the task of a name, with all it needs imported: afterwards the file system is out of reach."""
    match name:
        case "probe":
            return _probing()
        case "inspect":
            return _inspecting()
        case "compress":
            return _compressing()
        case "picture":
            return _picturing()
        case "calibrate":
            return _calibrating()
        case _:
            raise ValueError(name)


def _probing() -> Task:
    from shared.media import opening

    def probe(request: Request, progress: Progress) -> BaseModel:
        del progress
        with opening.opened(_asked(request).path) as container:
            return opening.probe_of(container, size_bytes=request.size_bytes)

    return probe


def _inspecting() -> Task:
    from shared.media.inspecting import inspect

    def run(request: Request, progress: Progress) -> BaseModel:
        file = _asked(request)
        return inspect(
            file.path,
            file.directory,
            seconds=request.seconds,
            size_bytes=request.size_bytes,
            copy_target_bytes=request.target_bytes,
            progress=progress,
            factor=request.factor,
        )

    return run


def _compressing() -> Task:
    from shared.media.compressing import compress

    def run(request: Request, progress: Progress) -> BaseModel | None:
        file = _asked(request)
        return compress(
            file.path,
            file.directory,
            target_bytes=request.target_bytes or 0,
            seconds=request.seconds,
            progress=progress,
            factor=request.factor,
        )

    return run


def _picturing() -> Task:
    # OpenCV reads this when it is loaded; sizes are checked before it is asked, and here once more.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(_MAX_DECODED_PIXELS)
    from shared.media.stills import look_at

    def look(request: Request, progress: Progress) -> BaseModel:
        del progress
        file = _asked(request)
        return look_at(file.path, file.directory)

    return look


def _calibrating() -> Task:
    from shared.media import calibration, speed

    del speed  # loaded while it may be

    def calibrate(request: Request, progress: Progress) -> Mapping[str, Any]:
        del request, progress
        return {"factor": calibration.measured_factor()}

    return calibrate


def _asked(request: Request) -> _File:
    if request.path is None:
        raise UnsupportedMediaError("No file was named.")
    return _File(path=request.path, directory=request.directory or request.path.parent)
