"""Finding the scenes of a video, from cheap to dear.

The packet table first, then key pictures alone, then only those groups of pictures in which something may
have happened: a cut changes the key pictures around it, and what is coded anew takes many bytes. Decoding a
suspicious group is the judge. Time is that of presentation throughout, never counted in frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.errors import UnsupportedMediaError
from shared.media.budgets import WorkBudget
from shared.media.decoding import PartDecoder, Watch
from shared.media.observing import Observer
from shared.media.opening import video_stream
from shared.media.packets import read_table
from shared.media.report import DamageReport, FoundScene, Interval, MediaProbe, SceneStart
from shared.media.searching import StagedSearch
from shared.media.thumbnails import Thumbnail

#: A stream may end this much before the header says, by rounding and by edit lists.
_SHORTFALL_SECONDS, _SHORTFALL_SHARE = 0.5, 0.02


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was found in the pictures."""

    scenes: Sequence[FoundScene]
    #: Dissolves and fades, whole; the scene after each begins in its middle.
    gradual: Sequence[Interval] = ()
    black: Sequence[Interval] = ()
    damage: DamageReport | None = None
    #: What was left out, in plain English.
    notes: Sequence[str] = ()
    #: Pictures that were decoded to find it.
    decoded_frames: int = 0


class SceneScorer:
    """Finds scenes where every picture is decoded anyway: when a copy is made."""

    def __init__(self) -> None:
        self._observer = Observer()
        self._frames = self._corrupt = 0
        self._end_seconds = 0.0

    def add(self, frame: VideoFrame) -> None:
        """Take the next frame; every frame, in the order of presentation."""
        seconds = self._end_seconds if frame.pts is None else frame.time
        self._frames += 1
        if frame.is_corrupt:
            self._corrupt += 1
            return
        self._end_seconds = max(self._end_seconds, seconds + _shown_for(frame))
        self._observer.add(Thumbnail.of(frame, seconds), self._frames - 1)

    def findings(self, probe: MediaProbe) -> Findings:
        """Return what was found; nothing may be added afterwards."""
        self._observer.end()
        return _findings(
            self._observer,
            _Reading(
                start_seconds=0.0,
                end_seconds=self._end_seconds,
                stated_seconds=probe.duration_seconds,
                looked_at=self._frames,
                corrupt=self._corrupt,
                notes=(),
                broken_off=False,
            ),
        )


def find_scenes(
    container: InputContainer, probe: MediaProbe, *, seconds: float, watch: Watch | None = None
) -> Findings:
    """Find the scenes of a video.

    Args:
        container: As `opened` yields it, before anything of it was decoded.
        probe: What its header says.
        seconds: Wall-clock time this may take. When it is over, what was found is returned, with a note.
        watch: Told every decoded key picture, at full size, without loop filter.

    Raises:
        UnsupportedMediaError: a picture is larger than a video may be.
    """
    budget = WorkBudget(seconds=seconds)
    stream = video_stream(container)
    table = read_table(container, stream)
    if not table.groups:
        raise UnsupportedMediaError("The video holds no picture that can be decoded.")
    decoder = PartDecoder(container, stream, table, budget)
    search = StagedSearch(decoder, table, budget)
    search.run(watch)
    return _findings(
        search.observer,
        _Reading(
            start_seconds=table.groups[0].start_seconds,
            end_seconds=table.end_seconds,
            stated_seconds=_stated_end(stream, probe),
            looked_at=decoder.looked_at,
            corrupt=decoder.corrupt or table.hollow,
            notes=search.notes,
            broken_off=table.errors > 0,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """How the pictures were read."""

    start_seconds: float
    #: Of the last picture there is.
    end_seconds: float
    #: By the header.
    stated_seconds: float
    looked_at: int
    corrupt: int
    notes: Sequence[str]
    #: The file ends within a picture.
    broken_off: bool


def _findings(observer: Observer, reading: _Reading) -> Findings:
    return Findings(
        scenes=scenes_between(
            observer.cuts, observer.gradual, start=reading.start_seconds, end=reading.end_seconds
        ),
        gradual=observer.gradual,
        black=observer.black.intervals(reading.end_seconds),
        damage=_damage(reading),
        notes=tuple(reading.notes),
        decoded_frames=reading.looked_at,
    )


def scenes_between(
    cuts: Sequence[float], gradual: Sequence[Interval], *, start: float, end: float
) -> list[FoundScene]:
    """Return the scenes that cuts and transitions leave from `start` to `end`, in seconds."""
    starts = {start: SceneStart.START}
    starts |= {(span.start_seconds + span.end_seconds) / 2: SceneStart.GRADUAL for span in gradual}
    starts |= dict.fromkeys(cuts, SceneStart.CUT)
    times = sorted(time for time in starts if start <= time < end) or [start]
    return [
        FoundScene(start_seconds=first, end_seconds=last, start=starts[first])
        for first, last in pairwise([*times, max(end, times[-1])])
    ]


def _damage(reading: _Reading) -> DamageReport | None:
    missing = reading.stated_seconds - reading.end_seconds
    usual = max(_SHORTFALL_SECONDS, _SHORTFALL_SHARE * reading.stated_seconds)
    truncated = missing > (0.0 if reading.broken_off else usual)
    if not truncated and not reading.corrupt:
        return None
    return DamageReport(
        corrupt_frames=min(1.0, reading.corrupt / max(1, reading.looked_at)),
        ends_at_seconds=reading.end_seconds if truncated else None,
    )


def _stated_end(stream: VideoStream, probe: MediaProbe) -> float:
    """Return when the pictures should end; sound may go on."""
    if stream.duration and stream.time_base:
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base)
    return probe.duration_seconds


def _shown_for(frame: VideoFrame) -> float:
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0
