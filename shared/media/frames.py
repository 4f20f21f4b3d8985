"""Fetching the chosen frames: decoded again from the key frame before them, all filters on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.media.developing import Picture, developed
from shared.media.gallery import Pick
from shared.media.measuring import FrameMeasures, measures_of
from shared.media.opening import check_frame, video_stream

#: Where no key frame lies in a scene, the best of a few frames this far apart is taken.
_TRIALS, _TRIAL_GAP_SECONDS = 6, 0.15
#: Time stamps are multiples of the stream's time base; floats are not.
_EPSILON_SECONDS = 1e-4
#: Key frames are rarely further apart, and pictures never reordered by more.
_LEAD_SECONDS = 1.0
#: A damaged picture is shown only where there is no other.
_DAMAGED = 1e-3
#: Decoded for one picture at most: beyond that the file's key frames are too rare to wait for.
_MAX_DECODED = 600


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A frame as it is shown."""

    pick: Pick
    at_seconds: float
    measures: FrameMeasures
    picture: Picture


def shots(
    container: InputContainer, picks: Sequence[Pick], *, rotation_degrees: int, until: float
) -> Iterator[Shot]:
    """Yield the frames at the picks, in their order, as far as they can be decoded.

    Each lies within its scene, and is not black if that scene has anything else.

    Args:
        container: opened for this purpose: the loop filter must be on.
        picks: in order of time.
        rotation_degrees: as the header tells it, clockwise.
        until: monotonic seconds after which no further one is begun.
    """
    stream = video_stream(container)
    for pick in picks:
        if time.monotonic() > until:
            return
        frame = _frame_at(container, stream, pick, until)
        if frame is not None:
            yield Shot(
                pick=pick,
                at_seconds=max(0.0, frame.time),
                measures=measures_of(frame, frame.time),
                picture=developed(frame, rotation_degrees=rotation_degrees),
            )


def _frame_at(container: InputContainer, stream: VideoStream, pick: Pick, until: float) -> VideoFrame | None:
    """Return the frame itself, or the best of those tried in a scene of which nothing is known."""
    if pick.measures is not None:
        return next(_decoded(container, stream, pick.at_seconds, until), None)
    best: tuple[float, VideoFrame] | None = None
    next_seconds = pick.start_seconds
    trials = 0
    for frame in _decoded(container, stream, pick.start_seconds, until):
        if frame.time >= pick.end_seconds or trials == _TRIALS:
            break
        if frame.time + _EPSILON_SECONDS < next_seconds:
            continue
        next_seconds, trials = frame.time + _TRIAL_GAP_SECONDS, trials + 1
        worth = _worth(measures_of(frame, frame.time)) * (_DAMAGED if frame.is_corrupt else 1.0)
        if best is None or worth > best[0]:
            best = worth, frame
    return best[1] if best else None


def _worth(measures: FrameMeasures) -> float:
    return measures.sharpness * (0.2 + measures.exposure) * (0.01 if measures.empty else 1.0)


def _decoded(
    container: InputContainer, stream: VideoStream, from_seconds: float, until: float
) -> Iterator[VideoFrame]:
    """Yield the frames shown from a time on.

    MP4 seeks by decoding time: with B frames it may land on a key frame that is shown too late.
    """
    try:
        for lead_seconds in (0.0, _LEAD_SECONDS):
            frames = _sought(container, stream, from_seconds - lead_seconds, until)
            first = next(frames, None)
            if first is not None and (lead_seconds or first.time <= from_seconds + _EPSILON_SECONDS):
                yield from (f for f in chain([first], frames) if f.time >= from_seconds - _EPSILON_SECONDS)
                return
    except av.FFmpegError:
        return  # damaged here: the other pictures may be whole


def _sought(
    container: InputContainer, stream: VideoStream, at_seconds: float, until: float
) -> Iterator[VideoFrame]:
    """Yield the frames from the key frame before a time on."""
    if stream.time_base is None:
        return
    container.seek(max(0, round(at_seconds / stream.time_base)), stream=stream)
    for number, frame in enumerate(container.decode(stream)):
        if number > _MAX_DECODED or time.monotonic() > until:
            return
        check_frame(frame)
        if frame.pts is not None:
            yield frame
