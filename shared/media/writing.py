"""Writing a copy's file: encoded pictures, and sound that is taken over or encoded anew."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.media.copying import CopyPlan
from shared.media.fitting import colours

#: The one that every player of MP4 takes.
_SOUND_CODEC = "aac"
_SOUND_RATE = 48_000
_BITS_PER_CHANNEL = 64_000
_MOST_CHANNELS = 2
#: How long the encoder may borrow bits; bounds a player's buffer as well.
_BUFFER_SECONDS = 4
_PEAK = 2.0
#: How far the mean rate may stray on the way; libx264's own 1.0 missed the size of 10 s by 4 %.
_RATE_TOLERANCE = 0.2
KEY_FRAME_SECONDS = 4
#: Frames that the encoder may hold: each is a picture in memory.
_LOOKAHEAD = 10


class CopyWriter:
    """An MP4 file with its index in front. `finish` completes it; without that it is deleted."""

    def __init__(
        self,
        path: Path,
        plan: CopyPlan,
        video: VideoStream,
        sound: AudioStream | None,
        *,
        rotation_degrees: int,
    ) -> None:
        self._path = path
        self._finished = False
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._video = self._add_video(plan, video, rotation_degrees)
        self._sound = _sound_track(self._container, sound) if sound else None
        self._last_pts: int | None = None
        self.frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if not self._finished:
            self._container.close()
            self._path.unlink(missing_ok=True)

    def add_picture(self, frame: VideoFrame) -> bool:
        """Encode one; false if it is left out since it is not later than the one before."""
        if frame.pts is None or (self._last_pts is not None and frame.pts <= self._last_pts):
            return False
        self._last_pts = frame.pts
        self.frames += 1
        self._container.mux(self._video.encode(frame))
        return True

    def add_sound(self, packet: Packet[AudioStream]) -> None:
        """Take over a packet of the source's sound; a broken one is left out."""
        if self._sound:
            with suppress(av.FFmpegError):
                self._container.mux(self._sound.taken(packet))

    def finish(self) -> Path:
        """Write what is left and the index."""
        self._container.mux(self._video.encode(None))
        if self._sound:
            self._container.mux(self._sound.rest())
        self._container.close()
        self._finished = True
        return self._path

    def _add_video(self, plan: CopyPlan, source: VideoStream, rotation_degrees: int) -> VideoStream:
        rate = source.average_rate or Fraction(30)
        stream = self._container.add_stream("libx264", rate=rate, options=encoder_options(plan))
        stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
        context: Any = stream.codec_context  # PyAV's stubs leave out what can be set
        context.time_base = source.time_base
        context.bit_rate = plan.video_bits_per_second
        context.gop_size = round(rate * KEY_FRAME_SECONDS)
        context.thread_count = 1
        given = source.codec_context
        context.color_primaries, context.color_trc, context.colorspace = colours(
            given.color_primaries, given.color_trc, given.colorspace
        )
        if rotation_degrees:
            stream.set_display_rotation(-rotation_degrees)
        return stream


def encoder_options(plan: CopyPlan) -> dict[str, str]:
    """Return what libx264 is told, by FFmpeg's names."""
    return {
        "preset": plan.preset,
        "profile": "high",
        "maxrate": str(round(plan.video_bits_per_second * _PEAK)),
        "bufsize": str(plan.video_bits_per_second * _BUFFER_SECONDS),
        "x264-params": f"ratetol={_RATE_TOLERANCE}",
        "rc-lookahead": str(_LOOKAHEAD if plan.preset == "veryfast" else 0),
    }


class _TakenOver:
    """Sound whose packets stay as they are."""

    def __init__(self, stream: AudioStream) -> None:
        self._stream = stream

    def taken(self, packet: Packet[AudioStream]) -> list[Packet[Any]]:
        packet.stream = self._stream
        return [packet]

    def rest(self) -> list[Packet[Any]]:
        return []


class _EncodedAnew:
    """Sound that players of MP4 would not take."""

    def __init__(self, stream: AudioStream) -> None:
        self._stream = stream
        self._resampler = AudioResampler(format="fltp", layout=stream.layout, rate=_SOUND_RATE)

    def taken(self, packet: Packet[AudioStream]) -> list[Packet[Any]]:
        frames = [resampled for frame in packet.decode() for resampled in self._resampler.resample(frame)]
        return [encoded for frame in frames for encoded in self._stream.encode(frame)]

    def rest(self) -> list[Packet[Any]]:
        packets = [
            encoded for frame in self._resampler.resample(None) for encoded in self._stream.encode(frame)
        ]
        return [*packets, *self._stream.encode(None)]


def sound_bits_per_second(sound: AudioStream | None) -> int:
    """Return what a copy's sound will need."""
    if sound is None:
        return 0
    if _is_taken_over(sound):
        return sound.bit_rate or _BITS_PER_CHANNEL * _channels(sound)
    return _BITS_PER_CHANNEL * _channels(sound)


def _sound_track(container: OutputContainer, source: AudioStream) -> _TakenOver | _EncodedAnew:
    if _is_taken_over(source):
        return _TakenOver(container.add_stream_from_template(source))
    layout = "mono" if _channels(source) == 1 else "stereo"
    stream = container.add_stream("aac", rate=_SOUND_RATE, layout=layout)
    stream.bit_rate = _BITS_PER_CHANNEL * _channels(source)
    return _EncodedAnew(stream)


def _is_taken_over(sound: Stream) -> bool:
    return sound.codec_context.name == _SOUND_CODEC


def _channels(sound: AudioStream) -> int:
    return min(_MOST_CHANNELS, sound.codec_context.channels)
