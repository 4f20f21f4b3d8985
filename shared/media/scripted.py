"""A media inspector that finds what it is told to: the twin for tests of what stands on it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import JobError, UnsupportedMediaError
from shared.media.port import Progress
from shared.media.report import CompressedVideo, Inspection, MediaProbe, Still, files_of


@dataclass(kw_only=True)
class ScriptedMedia:
    """Answers every question about any file from one script; see `MediaInspector`."""

    #: What is found; the files that it names are written, holding their names.
    inspection: Inspection
    #: What compressing yields.
    smaller_copy: CompressedVideo | None = None
    predicted_seconds: float = 1.0
    #: What a picture yields.
    still: Still | None = None
    #: Raised by the question of this name.
    failures: dict[str, JobError] = field(default_factory=dict)
    #: What was asked, in order.
    asked: list[str] = field(default_factory=list)

    async def probe(self, path: Path, *, size_bytes: int, deadline: float) -> MediaProbe:
        """Return the script's probe, with the size asked about."""
        del path, deadline
        self._note("probe")
        return self.inspection.probe.model_copy(update={"size_bytes": size_bytes})

    async def inspect(
        self,
        path: Path,
        directory: Path,
        *,
        deadline: float,
        copy_target_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> Inspection:
        """Return the script's inspection; with a smaller copy only if one was asked for."""
        del path, deadline
        self._note("inspect")
        wanted = self.smaller_copy if copy_target_bytes is not None else None
        inspection = self.inspection.model_copy(update={"copy_made": wanted})
        await asyncio.to_thread(_write, directory, list(files_of(inspection)))
        if progress is not None:
            progress(1.0)
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
        """Return the script's smaller copy."""
        del path, target_bytes, deadline
        self._note("compress")
        if self.smaller_copy is not None:
            await asyncio.to_thread(_write, directory, [self.smaller_copy.file])
        if progress is not None:
            progress(1.0)
        return self.smaller_copy

    async def picture(self, path: Path, directory: Path, *, deadline: float) -> Still:
        """Return the script's picture; without one, no file is a picture."""
        del path, deadline
        self._note("picture")
        if self.still is None:
            raise UnsupportedMediaError("The file is not a JPEG, PNG, WebP or GIF picture.")
        await asyncio.to_thread(_write, directory, [self.still.file])
        return self.still

    async def predicted_cpu_seconds(self, probe: MediaProbe, *, compress: bool) -> float:
        """Return the script's prediction; compressing doubles it."""
        del probe
        return self.predicted_seconds * (2 if compress else 1)

    def _note(self, question: str) -> None:
        self.asked.append(question)
        if (failure := self.failures.get(question)) is not None:
            raise failure


def _write(directory: Path, names: list[str]) -> None:
    for name in names:
        (directory / name).write_bytes(name.encode())
