"""Which smaller copy to make: its picture size and encoder preset, by what fits the time and the bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.media.report import MediaProbe

#: Pictures beyond Full HD are never kept: phones show no more.
FULL_HD, HD = 1080, 720
#: Best first; what is slower gains less than 0.002 of similarity at 40 % more time.
PRESETS = ("veryfast", "superfast")
#: Below so many bits per pixel, fewer pixels look as good as coarser ones, for half the time: at 0.05, Full
#: HD veryfast is 0.963 like a phone-like clip and HD superfast 0.957, both compared in Full HD.
_FULL_HD_BITS_PER_PIXEL = 0.06
#: Below so many, no preset that we can afford reaches the quality floor.
_LEAST_BITS_PER_PIXEL = 0.004


@dataclass(frozen=True, kw_only=True)
class CopyPlan:
    """How a copy is encoded."""

    #: Of the coded picture, before it is turned; even numbers.
    width: int
    height: int
    preset: str
    video_bits_per_second: int

    @property
    def megapixels(self) -> float:
        """Pixels of a frame, in millions."""
        return self.width * self.height / 1e6


def plans(probe: MediaProbe, video_bits_per_second: int) -> Iterator[CopyPlan]:
    """Yield the ways to make a copy, best first; none when there are too few bits for any."""
    for side in sides(probe):
        width, height = _coded_size(probe, side)
        rate = (probe.frames_per_second or 30.0) * width * height
        bits_per_pixel = video_bits_per_second / rate
        smallest = side <= min(HD, *_shown(probe))
        if bits_per_pixel < (_LEAST_BITS_PER_PIXEL if smallest else _FULL_HD_BITS_PER_PIXEL):
            continue
        for preset in PRESETS:
            yield CopyPlan(
                width=width, height=height, preset=preset, video_bits_per_second=video_bits_per_second
            )


def sides(probe: MediaProbe) -> list[int]:
    """Return the lengths of the shorter side that a copy may have, longest first."""
    own = min(_shown(probe))
    return sorted({min(own, FULL_HD), min(own, HD)}, reverse=True)


def _coded_size(probe: MediaProbe, side: int) -> tuple[int, int]:
    scale = side / min(_shown(probe))
    turned = probe.rotation_degrees in {90, 270}
    shown = (probe.height, probe.width) if turned else (probe.width, probe.height)
    width, height = (max(2, round(length * scale / 2) * 2) for length in shown)
    return width, height


def _shown(probe: MediaProbe) -> tuple[int, int]:
    return probe.width, probe.height
