"""The clips that detectors are judged on, apart from those on which ours was tuned.

Tuning set: seeds 1 to 20 as `phone`, `cbr` and `edited`, seeds 5, 10, 15 and 20 as `vfr` and `hevc`, seeds
1 to 10 as `low_light`, 20 s each at 540 by 960; and seeds 21 to 58 in ten variants of these with longer
groups, more B pictures and other bit rates. Every threshold was chosen there.

Hold-out set: seeds from 161 on, encoded in ways that the tuning set has not: other bit rates, other distances
of key pictures, other structures, other codecs, other sizes. Nothing is ever tuned on it. Whoever has to look
into one of its clips retires the seed. Seeds 101 to 160 are retired.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from infra.local.clips import STYLES, Style, Truth, make_clip

_PHONE = STYLES["phone"].parameters
#: By name: what the tuning set has never seen.
HELD_OUT_STYLES = MappingProxyType(
    {
        "phone_2s_5m": replace(
            STYLES["phone"], name="phone_2s_5m", bits_per_second=5_000_000, key_frame_seconds=2.0
        ),
        "phone_b": replace(
            STYLES["phone"], name="phone_b", bits_per_second=10_000_000, parameters={**_PHONE, "bframes": "1"}
        ),
        "cbr_4m": replace(STYLES["cbr"], name="cbr_4m", bits_per_second=4_000_000, key_frame_seconds=1.5),
        "edited_open": replace(
            STYLES["edited"],
            name="edited_open",
            key_frame_seconds=4.0,
            parameters={"scenecut": "40", "bframes": "4", "b-pyramid": "normal", "open-gop": "1", "ref": "3"},
        ),
        "edited_30": replace(
            STYLES["edited"],
            name="edited_30",
            key_frame_seconds=10.0,
            parameters={"scenecut": "30", "bframes": "2", "min-keyint": "10"},
        ),
        "hardware": STYLES["hardware"],
        "hevc_2s": replace(STYLES["hevc"], name="hevc_2s", key_frame_seconds=2.0, bits_per_second=4_000_000),
        "hevc_hlg": STYLES["hevc_hlg"],
        "vfr_2s": replace(STYLES["vfr"], name="vfr_2s", key_frame_seconds=2.0),
        "sixty": STYLES["sixty"],
        "4k": STYLES["4k"],
    }
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A clip to be made."""

    style: Style
    seed: int
    seconds: float
    width: int
    height: int

    @property
    def name(self) -> str:
        """Return what it is called in results."""
        return f"{self.style.name}/{self.seed}"


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip, and what is known of it."""

    name: str
    path: Path
    truth: Truth
    seconds: float
    frame_seconds: float


def held_out(*, full: bool) -> list[Wanted]:
    """Return the clips to judge on: at least one of each style, at least 100 cuts."""
    rounds = 3 if full else 1
    seeds = iter(range(161, 210))
    return [_wanted(style, next(seeds)) for _ in range(rounds) for style in _order()]


def _order() -> list[Style]:
    """Return the styles of one round; those that creators use most come twice."""
    often = ("phone_b", "edited_open", "cbr_4m", "hardware", "phone_2s_5m")
    return [*HELD_OUT_STYLES.values(), *(HELD_OUT_STYLES[name] for name in often)]


def _wanted(style: Style, seed: int) -> Wanted:
    match style.name:
        case "4k":
            return Wanted(style=style, seed=seed, seconds=8, width=2160, height=3840)
        case "hevc_hlg" | "sixty":
            return Wanted(style=style, seed=seed, seconds=20, width=540, height=960)
        case _:
            return Wanted(style=style, seed=seed, seconds=24, width=720, height=1280)


def made(wanted: Wanted, directory: Path) -> Clip:
    """Make a clip, or take it from the cache."""
    path = directory / f"{wanted.style.name}-{wanted.seed}.mp4"
    truth = make_clip(
        path, wanted.style, seed=wanted.seed, seconds=wanted.seconds, width=wanted.width, height=wanted.height
    )
    return Clip(
        name=wanted.name,
        path=path,
        truth=truth,
        seconds=truth.duration_seconds,
        frame_seconds=truth.duration_seconds / truth.frames,
    )
