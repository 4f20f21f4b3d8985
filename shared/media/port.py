"""The ports to what parses media: it always runs apart from the worker, in a process that may be killed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from shared.media.report import CompressedVideo, Inspection, MediaProbe, Still

#: Told how far the work is, 0 to 1.
Progress = Callable[[float], None]


class MediaInspector(Protocol):
    """Looks into video files, and into pictures.

    Every method raises `UnsupportedMediaError` with the reason for a file that is not to be looked at,
    `JobTimeoutError` when the deadline passes (the child and its group are killed), and `InternalError` when
    the child ends by itself; a cancelled call leaves no process behind. `deadline` is in monotonic seconds.
    """

    async def probe(self, path: Path, *, size_bytes: int, deadline: float) -> MediaProbe:
        """Read a file's header. It may be sparse, holding a header only; `size_bytes` tells the whole."""
        ...

    async def inspect(
        self,
        path: Path,
        directory: Path,
        *,
        deadline: float,
        copy_target_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> Inspection:
        """Find scenes, key frames and sound; pictures and sound are put into `directory`.

        With `copy_target_bytes`, a smaller copy is written from the same decoding.
        """
        ...

    async def compress(
        self,
        path: Path,
        directory: Path,
        *,
        target_bytes: int,
        deadline: float,
        progress: Progress | None = None,
    ) -> CompressedVideo | None:
        """Write a smaller copy into `directory`; `None` when none is worth having (quality floor, size)."""
        ...

    async def picture(self, path: Path, directory: Path, *, deadline: float) -> Still:
        """Look at a picture; a copy of pixels alone, of a bounded size, is put into `directory`."""
        ...

    async def predicted_cpu_seconds(self, probe: MediaProbe, *, compress: bool) -> float:
        """Return what inspecting (and compressing) will cost, by this instance's own measured speed."""
        ...
