"""Looking into media in child processes: what they say is checked as if an attacker said it."""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.clock import Clock
from shared.errors import InternalError, JobError, JobTimeoutError, UnsupportedMediaError
from shared.media.calibration import predicted_cpu_seconds
from shared.media.children import DEFAULT_COMMAND, ChildLimits, CrashedError, lifelong_parent, started
from shared.media.port import Progress
from shared.media.report import CompressedVideo, Inspection, MediaProbe, Still, files_of

logger = logging.getLogger(__name__)

R = TypeVar("R", bound=BaseModel)

_MAX_REASON_CHARACTERS = 200
#: A child plans with this share of the time, so that it can still tell what it found before it is killed.
_PLANNED_SHARE, _TELLING_SECONDS = 0.95, 0.5


#: Measuring takes two seconds of CPU time.
_MEASURING_SECONDS = 20.0
#: A core of a Premium plan's, as long as nobody knows better.
_CAUTIOUS_FACTOR = 2.0


class _Calibration(BaseModel):
    model_config = ConfigDict(frozen=True)

    factor: float = Field(gt=0, le=100)


@dataclass(frozen=True, kw_only=True)
class _Slots:
    """How many children run at once, by how much memory they need."""

    #: Looking at headers.
    light: asyncio.Semaphore
    #: Decoding and encoding.
    heavy: asyncio.Semaphore


class IsolatedMedia:
    """Looks into media by `python -m shared.media.child`; see `MediaInspector`."""

    def __init__(
        self,
        *,
        clock: Clock,
        at_once: int = 1,
        limits: ChildLimits | None = None,
        command: Sequence[str] = DEFAULT_COMMAND,
    ) -> None:
        self._clock = clock
        self._limits = limits or ChildLimits()
        self._command = command
        self._factor: float | None = None
        self._measuring = asyncio.Lock()
        self._slots = _Slots(light=asyncio.Semaphore(1), heavy=asyncio.Semaphore(at_once))

    async def probe(self, path: Path, *, size_bytes: int, deadline: float) -> MediaProbe:
        """Read a file's header. It may be sparse, holding a header only; `size_bytes` tells the whole."""
        request = {"task": "probe", "path": str(path), "size_bytes": size_bytes}
        return _valid(await self._asked(request, self._slots.light, deadline), MediaProbe)

    async def inspect(
        self,
        path: Path,
        directory: Path,
        *,
        deadline: float,
        copy_target_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> Inspection:
        """Find scenes, key frames and sound; pictures and sound are put into `directory`."""
        request = {
            "task": "inspect",
            "path": str(path),
            "directory": str(directory),
            "size_bytes": await asyncio.to_thread(_size_of, path),
            "target_bytes": copy_target_bytes,
            "factor": 1.0 if copy_target_bytes is None else await self._measured_factor(),
        }
        inspection = _valid(await self._asked(request, self._slots.heavy, deadline, progress), Inspection)
        _check_files(directory, files_of(inspection))
        return inspection

    async def compress(
        self,
        path: Path,
        directory: Path,
        *,
        target_bytes: int,
        deadline: float,
        progress: Progress | None = None,
    ) -> CompressedVideo | None:
        """Write a smaller copy into `directory`; `None` when none is worth having."""
        request = {
            "task": "compress",
            "path": str(path),
            "directory": str(directory),
            "size_bytes": await asyncio.to_thread(_size_of, path),
            "target_bytes": target_bytes,
            "factor": await self._measured_factor(),
        }
        answer = await self._asked(request, self._slots.heavy, deadline, progress)
        if answer is None:
            return None
        copy = _valid(answer, CompressedVideo)
        _check_files(directory, [copy.file])
        return copy

    async def picture(self, path: Path, directory: Path, *, deadline: float) -> Still:
        """Look at a picture; a copy of pixels alone, of a bounded size, is put into `directory`."""
        request = {
            "task": "picture",
            "path": str(path),
            "directory": str(directory),
            "size_bytes": await asyncio.to_thread(_size_of, path),
        }
        still = _valid(await self._asked(request, self._slots.light, deadline), Still)
        _check_files(directory, [still.file])
        return still

    async def predicted_cpu_seconds(self, probe: MediaProbe, *, compress: bool) -> float:
        """Return what inspecting (and compressing) will cost, by this instance's own measured speed."""
        return predicted_cpu_seconds(probe, compress=compress, factor=await self._measured_factor())

    async def _measured_factor(self) -> float:
        """Measure this instance once; a measurement that fails is made up for by a cautious guess."""
        async with self._measuring:
            if self._factor is None:
                deadline = self._clock.monotonic() + _MEASURING_SECONDS
                try:
                    answer = await self._asked({"task": "calibrate"}, self._slots.heavy, deadline)
                    self._factor = _valid(answer, _Calibration).factor
                except JobError as error:
                    logger.warning(
                        "This instance's speed could not be measured.",
                        extra={"action": "media_not_calibrated", "code": error.code},
                    )
                    return _CAUTIOUS_FACTOR
            return self._factor

    async def _asked(
        self,
        request: Mapping[str, Any],
        slots: asyncio.Semaphore,
        deadline: float,
        progress: Progress | None = None,
    ) -> Any:
        """Return a child's result, or raise the error that it tells of."""
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()), slots:
                message = await self._answered(request, deadline, progress)
        except TimeoutError:
            raise JobTimeoutError("Looking into the file did not end in time.") from None
        if (error := message.get("error")) is not None:
            raise _told(error)
        return message["result"]

    async def _answered(
        self, request: Mapping[str, Any], deadline: float, progress: Progress | None
    ) -> Mapping[str, Any]:
        """Return what a child answers; one that crashes is followed by another, at once.

        Raises:
            UnsupportedMediaError: that one crashed, too: it is the file that does it, and would do so again.
        """
        try:
            return await self._one_child(request, deadline, progress)
        except CrashedError:
            logger.warning(
                "A child that looked into a video crashed.",
                extra={"action": "media_child_crashed", "task": request["task"]},
            )
        try:
            return await self._one_child(request, deadline, progress)
        except CrashedError:
            raise UnsupportedMediaError("The file makes the decoder crash.") from None

    async def _one_child(
        self, request: Mapping[str, Any], deadline: float, progress: Progress | None
    ) -> Mapping[str, Any]:
        begun = self._clock.monotonic()
        seconds = max((deadline - begun) * _PLANNED_SHARE - _TELLING_SECONDS, 0.1)
        bounds = {
            "seconds": seconds,
            "parent": lifelong_parent(),
            "address_space_bytes": self._limits.address_space_bytes,
            "file_bytes": self._limits.file_bytes,
            "niceness": self._limits.niceness,
        }
        async with started(self._command, self._limits) as child:
            try:
                return await child.asked({**request, **bounds}, progress)
            finally:
                logger.info(
                    "A child that looked into a video is done.",
                    extra={
                        "action": "media_child_done",
                        "task": request["task"],
                        "seconds": round(self._clock.monotonic() - begun, 3),
                        "peakBytes": child.peak_bytes,
                        "confined": dict(child.confined),
                    },
                )


def _size_of(path: Path) -> int:
    return path.stat().st_size


def _told(error: Any) -> Exception:
    """Return the error that a child tells of; its words are shown to creators, so they are kept short."""
    if not isinstance(error, dict):
        return InternalError("Looking into the file gave no readable answer.")
    reason = _plain(error.get("message"))
    if error.get("code") == UnsupportedMediaError.code:
        return UnsupportedMediaError(reason)
    if error.get("code") == JobTimeoutError.code:
        return JobTimeoutError(reason)
    logger.error(
        "A child that looked into a video failed.",
        extra={"action": "media_child_failed", "error": _plain(error.get("where"))},
    )
    return InternalError(reason)


def _plain(words: Any) -> str:
    return "".join(c for c in str(words) if c.isprintable())[:_MAX_REASON_CHARACTERS]


def _valid(answer: Any, kind: type[R]) -> R:
    try:
        return kind.model_validate(answer)
    except ValidationError:
        raise InternalError("Looking into the file gave no valid answer.") from None


def _check_files(directory: Path, names: Iterator[str] | Sequence[str]) -> None:
    """Let no name lead out of the directory: these files are published.

    Raises:
        InternalError: one is not a plain file of the directory.
    """
    for name in names:
        if not name or "/" in name or "\0" in name or not _is_own_file(directory / name):
            raise InternalError("Looking into the file named a file that it did not write.")


def _is_own_file(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1
