"""The ways in which creators' files are encoded, as far as they matter to whoever looks for cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

_FULL_HD_PIXELS = 1080 * 1920


class Sound(StrEnum):
    """What the sound track holds."""

    SPEECH = "speech"
    MUSIC = "music"
    SPEECH_OVER_MUSIC = "speech_over_music"
    SILENCE = "silence"
    #: No sound track at all.
    NONE = "none"


class RateControl(StrEnum):
    """How the encoder spends its bits."""

    #: Around the bit rate, with a second or two to borrow: phones.
    VARIABLE = "variable"
    #: Never more than the bit rate over a third of a second; filled up when there is nothing to say.
    CONSTANT = "constant"
    #: The quantiser changes slowly and within narrow bounds, blind to the picture: cheap chips.
    SLUGGISH = "sluggish"
    #: Constant quality: editing programs.
    QUALITY = "quality"


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a clip is encoded, and how its camera sees."""

    name: str
    codec: str = "libx264"
    rate_control: RateControl = RateControl.VARIABLE
    #: At 1080 x 1920; other sizes in proportion to pixels to the power of 3/4.
    bits_per_second: int = 8_000_000
    frames_per_second: Fraction = Fraction(30)
    #: Irregular time stamps, and fewer frames when it gets dark.
    variable_frame_rate: bool = False
    key_frame_seconds: float = 1.0
    #: Further options of the encoder (x264 and x265: its parameters).
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: 10 bit, Rec. 2020 primaries, hybrid log-gamma: what an iPhone records by default.
    high_dynamic_range: bool = False
    #: Clockwise, by which a player turns the coded picture: 0, 90, 180 or 270.
    rotation_degrees: int = 0
    #: The index lies before the pictures.
    fast_start: bool = False
    #: Light of the scene; 1 is daylight.
    light: float = 1.0
    #: Standard deviation of the sensor's noise, in steps of 8-bit luma.
    noise: float = 1.6

    def bits_per_second_at(self, width: int, height: int) -> int:
        """Return the bit rate for a picture size."""
        return int(self.bits_per_second * (width * height / _FULL_HD_PIXELS) ** 0.75)


_NO_SCENE_CUTS = MappingProxyType({"scenecut": "0", "bframes": "0"})
_EDITED = MappingProxyType({"scenecut": "40", "bframes": "3", "b-adapt": "1", "rc-lookahead": "10"})

PHONE = Style(name="phone", parameters=_NO_SCENE_CUTS)
CONSTANT_BIT_RATE = Style(name="cbr", rate_control=RateControl.CONSTANT, parameters=_NO_SCENE_CUTS)
EDITED = Style(
    name="edited",
    rate_control=RateControl.QUALITY,
    key_frame_seconds=250 / 30,
    parameters=_EDITED,
    fast_start=True,
)
HARDWARE = Style(
    name="hardware",
    rate_control=RateControl.SLUGGISH,
    frames_per_second=Fraction(30_000, 1001),
    key_frame_seconds=2.0,
    parameters=MappingProxyType({**_NO_SCENE_CUTS, "slices": "4", "aq-mode": "0", "ipratio": "1.1"}),
)
HEVC = Style(name="hevc", codec="libx265", bits_per_second=6_000_000, parameters=_NO_SCENE_CUTS)
HEVC_HLG = Style(
    name="hevc_hlg",
    codec="libx265",
    bits_per_second=7_000_000,
    parameters=_NO_SCENE_CUTS,
    high_dynamic_range=True,
)
VARIABLE_FRAME_RATE = Style(name="vfr", variable_frame_rate=True, parameters=_NO_SCENE_CUTS)
SIXTY = Style(
    name="sixty", bits_per_second=12_000_000, frames_per_second=Fraction(60), parameters=_NO_SCENE_CUTS
)
ULTRA_HD = Style(name="4k", codec="libx265", bits_per_second=8_000_000, parameters=_NO_SCENE_CUTS)
ROTATED = Style(name="rotated", rotation_degrees=90, parameters=_NO_SCENE_CUTS)
ROTATED_LEFT = Style(name="rotated_left", rotation_degrees=270, parameters=_NO_SCENE_CUTS)
LOW_LIGHT = Style(name="low_light", light=0.3, noise=5.0, parameters=_NO_SCENE_CUTS)

STYLES: Mapping[str, Style] = MappingProxyType(
    {
        style.name: style
        for style in (
            PHONE,
            CONSTANT_BIT_RATE,
            EDITED,
            HARDWARE,
            HEVC,
            HEVC_HLG,
            VARIABLE_FRAME_RATE,
            SIXTY,
            ULTRA_HD,
            ROTATED,
            ROTATED_LEFT,
            LOW_LIGHT,
        )
    }
)
