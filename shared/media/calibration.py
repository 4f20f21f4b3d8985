"""What looking into a video will cost in CPU time here, before it is done.

The model is frames times milliseconds a frame, by class. Its figures were measured on the reference core (AMD
EPYC, Zen 4, one thread) with the clips of `infra/local/clips`, decoder, scaler and encoder by themselves;
each entry names what it explains. An instance measures itself once (`measured_factor`) and multiplies.
Prediction needs no media library: the host predicts without loading one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.media.copying import CopyPlan, plans
from shared.media.report import MediaProbe

#: What reading a copy back takes of the whole: 10 to 16 % of CPU time in HD.
READING_BACK_SHARE = 0.15


@dataclass(frozen=True, kw_only=True)
class _FrameCost:
    """Milliseconds a frame: pixels are transformed, bits are coded one by one."""

    per_megapixel: float
    per_megabit: float

    def milliseconds(self, megapixels: float, megabits: float) -> float:
        return self.per_megapixel * megapixels + self.per_megabit * megabits


#: H.264 1080 x 1920 at 0.28 and 0.16 Mbit a frame: 4.2 and 3.4 ms; 540 x 960 at 0.10: 1.4. HEVC 1080 x 1920
#: at 0.19: 5.2; 10 bit at 0.22: 6.1; 2160 x 3840 at 0.73: 21.7.
_DECODING: Mapping[str, _FrameCost] = {
    "h264": _FrameCost(per_megapixel=1.2, per_megabit=7.0),
    "hevc": _FrameCost(per_megapixel=1.9, per_megabit=8.0),
}
#: VP8, VP9 and AV1, taken to be like the dearest of the measured ones, with a third more.
_OTHER = _FrameCost(per_megapixel=2.5, per_megabit=10.0)

#: Into 720 x 1280 (0.9 megapixels) at 0.1 Mbit a frame: 8.0 and 5.4 ms; into 1080 x 1920: 14.4 and 8.9; with
#: 0.2 Mbit from 4K: 18.8 and 11.8.
_ENCODING: Mapping[str, _FrameCost] = {
    "veryfast": _FrameCost(per_megapixel=8.4, per_megabit=10.0),
    "superfast": _FrameCost(per_megapixel=4.4, per_megabit=12.0),
}

#: Milliseconds a megapixel, read and written: 1080 to 720 lines 1.5 ms, 2160 to 720 4.8.
_SCALING_SOURCE, _SCALING_TARGET = 0.5, 0.4
#: HLG and PQ through the tables, a megapixel of the copy.
_TONE_MAPPING = 2.9
#: Twelve pictures, a megapixel of the copy, in seconds: 27 ms a picture.
_COMPARING = 12 * 0.027
#: Thumbnail and score of one frame.
_SCORING_MS = 0.7
#: Shares of frames decoded when scenes are looked for in stages, without a copy.
_STAGED_SHARE = 0.4
#: Key frames chosen, fetched and laid out on sheets, a megapixel of the source; and what is there anyway.
_PICTURES_SECONDS, _FIXED_SECONDS = 0.35, 0.5
#: Decoding, loudness, speech and FLAC, a second of sound.
_LISTENING = 0.003
#: The copy that is usually asked for.
_COPY_SHARE = 0.4
#: No core is five times faster; a clock may be broken.
_LEAST_FACTOR = 0.2


def predicted_cpu_seconds(probe: MediaProbe, *, compress: bool, factor: float) -> float:
    """Return what inspecting a video (and copying it, the cheapest way) will cost.

    Args:
        probe: what its header says.
        compress: whether a copy at 40 % of the size is made in the same loop.
        factor: this instance's slowness, from `measured_factor`.
    """
    frames, megapixels = _frames(probe), probe.width * probe.height / 1e6
    seconds = _FIXED_SECONDS + _PICTURES_SECONDS * megapixels
    if probe.audio_codec:
        seconds += _LISTENING * probe.duration_seconds
    plan = _cheapest(probe) if compress else None
    if plan:
        seconds += predicted_copy_seconds(probe, plan) + frames * _SCORING_MS / 1000
    else:
        seconds += frames * _STAGED_SHARE * (_decoding_ms(probe) + _SCORING_MS) / 1000
    return seconds * factor


def predicted_copy_seconds(probe: MediaProbe, plan: CopyPlan) -> float:
    """Return what one copy costs on the reference core, decoding and reading back included."""
    source, target = probe.width * probe.height / 1e6, plan.megapixels
    megabits = plan.video_bits_per_second * probe.duration_seconds / _frames(probe) / 1e6
    frame_ms = _decoding_ms(probe) + _ENCODING[plan.preset].milliseconds(target, megabits)
    frame_ms += _DECODING["h264"].milliseconds(target, megabits)
    if source > target * 1.01 or probe.high_dynamic_range:
        frame_ms += _SCALING_SOURCE * source + _SCALING_TARGET * target
    if probe.high_dynamic_range:
        frame_ms += _TONE_MAPPING * target
    return _frames(probe) * frame_ms / 1000 + _COMPARING * target


def measured_factor() -> float:
    """Return how many times slower than the reference core this one is, from half a second of work.

    A generated clip is encoded and decoded in memory, three times; the fastest counts, since others' work can
    only slow it down.
    """
    from shared.media.speed import SECONDS_ON_REFERENCE, sample_work  # loads the media library

    fastest = min(_timed(sample_work) for _ in range(3))
    return round(max(_LEAST_FACTOR, fastest / SECONDS_ON_REFERENCE), 2)


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _cheapest(probe: MediaProbe) -> CopyPlan | None:
    """Return the copy that is made when time is short."""
    every = list(plans(probe, round(probe.bits_per_second * _COPY_SHARE)))
    return every[-1] if every else None


def _decoding_ms(probe: MediaProbe) -> float:
    megabits = probe.bits_per_second * probe.duration_seconds / _frames(probe) / 1e6
    cost = _DECODING.get(probe.video_codec, _OTHER)
    return cost.milliseconds(probe.width * probe.height / 1e6, megabits)


def _frames(probe: MediaProbe) -> float:
    if probe.stated_frames:
        return probe.stated_frames
    return max(1.0, probe.duration_seconds * (probe.frames_per_second or 30.0))
