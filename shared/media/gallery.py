"""Which frames stand for the video: cheap measures of every key frame, then a choice.

Of each frame a few numbers are kept, never its pixels, so that a quarter of an hour of key frames fits into a
megabyte. Frames were possibly decoded without the loop filter: good enough to be measured, never to be shown.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from av.video.frame import VideoFrame

from shared.media.measuring import FrameMeasures, difference, measures_of
from shared.media.report import FoundScene

#: Frames closer to each other than this show the same thing.
_MIN_GAP_SECONDS = 0.1
#: Then only the better of every two is kept, and the gap doubles: 900 s come down to two frames a second.
_MAX_FRAMES = 2_048
#: Hashes of pictures of the same thing differ in no more of 64 bits.
SAME_BITS = 8
#: Cuts are not exact to the frame everywhere, and dissolves show two scenes at once.
_EDGE_SECONDS = 0.12
#: One frame every few seconds is enough of a scene without cuts.
_SECONDS_PER_FRAME = 4.0
#: A scene that claims more has broken time stamps: no video that is looked at is so long.
_MOST_SLOTS = 1000
#: Weights of a picture's sharpness (against the clip's own), exposure and contrast.
_WEIGHTS = (0.45, 0.35, 0.2)
#: Standard deviation of luma from which contrast gets no better.
_FULL_CONTRAST = 50.0
_UNSEEN_SCORE = 0.5


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A frame to be shown: where it is, what it stands for, and how good it looked."""

    at_seconds: float
    #: Index into the scenes.
    scene: int
    #: What is shown instead must lie in here.
    start_seconds: float
    end_seconds: float
    #: 0 to 1, sharpness, exposure and contrast together.
    score: float
    #: Absent for a scene without a key frame: a good one is to be found by decoding.
    measures: FrameMeasures | None = None


class Gallery:
    """Measures of the key frames seen so far."""

    def __init__(self) -> None:
        self._frames: list[FrameMeasures] = []
        self._gap_seconds = _MIN_GAP_SECONDS

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def last_seconds(self) -> float | None:
        """When the latest frame that was kept is shown."""
        return self._frames[-1].at_seconds if self._frames else None

    def consider(self, frame: VideoFrame) -> None:
        """Measure a frame; one that is damaged, or too close to the latest, is passed over."""
        last = self.last_seconds
        if (
            frame.pts is None
            or frame.is_corrupt
            or (last is not None and abs(frame.time - last) < self._gap_seconds)
        ):
            return
        self._frames.append(measures_of(frame, frame.time))
        if len(self._frames) >= _MAX_FRAMES:
            self._thin_out()

    def choose(self, scenes: Sequence[FoundScene], most: int = 18) -> list[Pick]:
        """Return the frames that show the video best, in order of time.

        Every scene has one as far as `most` allows. Of more scenes the first and the longest are taken that
        look different; of fewer, the long ones get several.
        """
        rating = Rating(self._frames)
        frames = sorted(self._frames, key=lambda frame: frame.at_seconds)
        picks = [_best(rating, frames, number, scene) for number, scene in enumerate(scenes)]
        if len(picks) > most:
            chosen = _most_telling(picks, most)
        else:
            chosen = [*picks, *_further(rating, frames, picks, most - len(picks))]
        return sorted(chosen, key=lambda pick: pick.at_seconds)

    def _thin_out(self) -> None:
        rating = Rating(self._frames)
        pairs = zip(self._frames[::2], self._frames[1::2], strict=False)
        self._frames = [max(pair, key=rating.score) for pair in pairs]
        self._gap_seconds *= 2


class Rating:
    """How good frames are, by the standards of their own clip."""

    def __init__(self, frames: Sequence[FrameMeasures]) -> None:
        ordered = sorted(frame.sharpness for frame in frames if not frame.empty)
        #: Three quarters of the clip are not sharper.
        self._sharp = ordered[len(ordered) * 3 // 4] if ordered else 1.0

    def qualities(self, frame: FrameMeasures) -> dict[str, float]:
        """Return how sharp, well lit and clear a frame is, 0 to 1 each."""
        return {
            "sharp": math.sqrt(min(1.0, frame.sharpness / max(self._sharp, 1e-6))),
            "well lit": frame.exposure,
            "clear": min(1.0, frame.contrast / _FULL_CONTRAST),
        }

    def score(self, frame: FrameMeasures) -> float:
        """Return 0 to 1; black, white and empty frames get next to nothing."""
        qualities = self.qualities(frame).values()
        score = sum(weight * quality for weight, quality in zip(_WEIGHTS, qualities, strict=True))
        return score * (0.1 if frame.empty else 1.0)

    def pick(self, frame: FrameMeasures, place: Pick) -> Pick:
        """Return a frame as the one to be shown at a place."""
        return Pick(
            at_seconds=frame.at_seconds,
            scene=place.scene,
            start_seconds=place.start_seconds,
            end_seconds=place.end_seconds,
            score=self.score(frame),
            measures=frame,
        )


def _best(rating: Rating, frames: Sequence[FrameMeasures], number: int, scene: FoundScene) -> Pick:
    """Return a scene's best frame, away from its ends; the middle of a scene without a key frame."""
    edge = min(_EDGE_SECONDS, (scene.end_seconds - scene.start_seconds) / 4)
    start, end = scene.start_seconds + (edge if number else 0.0), scene.end_seconds - edge
    middle = Pick(
        at_seconds=(start + end) / 2, scene=number, start_seconds=start, end_seconds=end, score=_UNSEEN_SCORE
    )
    seen = _between(frames, start, end)
    return rating.pick(max(seen, key=rating.score), middle) if seen else middle


def _between(frames: Sequence[FrameMeasures], start: float, end: float) -> Sequence[FrameMeasures]:
    first = bisect_right(frames, start - 1e-6, key=lambda frame: frame.at_seconds)
    last = bisect_right(frames, end - 1e-6, key=lambda frame: frame.at_seconds)
    return frames[first:last]


def _further(rating: Rating, frames: Sequence[FrameMeasures], picks: Sequence[Pick], room: int) -> list[Pick]:
    """Return more frames of long scenes, each unlike all others of its scene."""
    found = [pick for place in picks for pick in _others(rating, frames, place)]
    if len(found) <= room:
        return found
    return [found[(2 * number + 1) * len(found) // (2 * room)] for number in range(room)]


def _others(rating: Rating, frames: Sequence[FrameMeasures], place: Pick) -> Iterator[Pick]:
    """Yield the best frame of every few seconds of a scene."""
    shown = [place.measures] if place.measures else []
    slots = min(_MOST_SLOTS, int((place.end_seconds - place.start_seconds) / _SECONDS_PER_FRAME))
    for slot in range(slots):
        start = place.start_seconds + slot * _SECONDS_PER_FRAME
        if start <= place.at_seconds < start + _SECONDS_PER_FRAME:
            continue
        seen = _between(frames, start, start + _SECONDS_PER_FRAME)
        best = max(seen, key=rating.score, default=None)
        if best is None or best.empty or _resembles(best, shown):
            continue
        shown.append(best)
        yield rating.pick(best, place)


def _most_telling(picks: Sequence[Pick], most: int) -> list[Pick]:
    """Return the first scene's frame, which is the hook, and those of the longest that look different."""
    first, *rest = picks
    chosen, alike = [first], []
    for pick in sorted(rest, key=lambda pick: pick.start_seconds - pick.end_seconds):
        shown = [other.measures for other in chosen if other.measures]
        if pick.measures and (pick.measures.empty or _resembles(pick.measures, shown)):
            alike.append(pick)
        else:
            chosen.append(pick)
    return [*chosen, *alike][:most]


def _resembles(frame: FrameMeasures, others: Sequence[FrameMeasures]) -> bool:
    return any(difference(frame, other) <= SAME_BITS for other in others)
