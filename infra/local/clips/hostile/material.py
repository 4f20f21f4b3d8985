"""Sound files of many kinds, small ones: what hostile files are cut from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

WIDTH, HEIGHT = 180, 320
FRAMES = 90
_RATE = 48_000
_CHUNK = 1024
HEVC: Mapping[str, str] = MappingProxyType(
    {"preset": "ultrafast", "x265-params": "log-level=none:pools=none:frame-threads=1"}
)
#: For libvpx.
REAL_TIME: Mapping[str, str] = MappingProxyType({"deadline": "realtime", "cpu-used": "8"})
_ULTRAFAST: Mapping[str, str] = MappingProxyType({"preset": "ultrafast"})


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a file is made of."""

    container: str = "mp4"
    codec: str = "libx264"
    width: int = WIDTH
    height: int = HEIGHT
    frames: int = FRAMES
    frames_per_second: int = 30
    pixel_format: str = "yuv420p"
    black: bool = False
    #: None: no sound.
    sound: str | None = "aac"
    #: Of the container.
    options: Mapping[str, str] = field(default_factory=dict)
    #: Of the picture's encoder.
    encoding: Mapping[str, str] = field(default_factory=lambda: _ULTRAFAST)
    metadata: Mapping[str, str] = field(default_factory=dict)
    #: Further sound tracks.
    more_tracks: int = 0
    #: Longer than the picture, if it has to be.
    sound_seconds: float = 1.0


def made(recipe: Recipe) -> bytes:
    """Return a file."""
    buffer = io.BytesIO()
    with av.open(
        buffer, "w", format=recipe.container, options={"fflags": "+bitexact", **recipe.options}
    ) as container:
        container.metadata.update(recipe.metadata)
        video = _video(container, recipe) if recipe.frames else None
        tracks = [
            cast(AudioStream, container.add_stream(recipe.sound, rate=_RATE, layout="mono"))
            for _ in range(1 + recipe.more_tracks)
            if recipe.sound
        ]
        for index in range(recipe.frames):
            if video is not None:
                container.mux(video.encode(_frame(recipe, index)))
        if video is not None:
            container.mux(video.encode(None))
        for track in tracks:
            _hear(container, track, max(recipe.sound_seconds, recipe.frames / recipe.frames_per_second))
    return buffer.getvalue()


def _video(container: OutputContainer, recipe: Recipe) -> VideoStream:
    video = cast(VideoStream, container.add_stream(recipe.codec, rate=recipe.frames_per_second))
    video.width, video.height, video.pix_fmt = recipe.width, recipe.height, recipe.pixel_format
    video.codec_context.options = dict(recipe.encoding)
    video.codec_context.thread_count = 1
    return video


def picture(width: int, height: int, index: int, *, black: bool = False) -> npt.NDArray[np.uint8]:
    """Return a picture as RGB: a gradient that drifts, with a square in it; another one every 30 frames."""
    if black:
        return np.zeros((height, width, 3), np.uint8)
    across = np.arange(width, dtype=np.uint16)[None, :] * (1 + index // 30) + 3 * index
    down = np.arange(height, dtype=np.uint16)[:, None] + 5 * (index // 30)
    planes = np.stack(np.broadcast_arrays(across & 255, down & 255, (across + down) & 255), axis=2)
    found = np.ascontiguousarray(planes.astype(np.uint8))
    cv2.rectangle(
        found, (index % width, height // 3), (index % width + width // 4, height // 2), (250, 240, 9), -1
    )
    return found


def _frame(recipe: Recipe, index: int) -> VideoFrame:
    if recipe.black:  # large ones: without a detour over RGB
        frame = VideoFrame(recipe.width, recipe.height, recipe.pixel_format)
        for plane, value in zip(frame.planes, (0, 1, 1), strict=False):
            depth = 512 if "10" in recipe.pixel_format else 128
            kind = np.uint16 if "10" in recipe.pixel_format else np.uint8
            np.frombuffer(memoryview(plane), kind)[:] = value * depth
    else:
        frame = VideoFrame.from_ndarray(picture(recipe.width, recipe.height, index), format="rgb24")
    frame.pts, frame.time_base = index, Fraction(1, recipe.frames_per_second)
    return frame


def _hear(container: OutputContainer, track: AudioStream, seconds: float) -> None:
    at = np.arange(int(seconds * _RATE), dtype=np.float32) / np.float32(_RATE)
    samples = (0.2 * np.sin(2 * np.pi * 330 * at)).astype(np.float32)
    for first in range(0, len(samples) - _CHUNK, _CHUNK):
        frame = av.AudioFrame.from_ndarray(
            samples[None, first : first + _CHUNK], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = _RATE, first, Fraction(1, _RATE)
        container.mux(track.encode(frame))
    container.mux(track.encode(None))


def repeated(recipe: Recipe, times: int, *, frames_per_second: int) -> bytes:
    """Return a long file for little: one group of pictures, coded once, over and over."""
    source = made(recipe)
    buffer = io.BytesIO()
    with (
        av.open(io.BytesIO(source), "r") as given,
        av.open(buffer, "w", format=recipe.container) as container,
    ):
        stream = container.add_stream_from_template(given.streams.video[0])
        group = [bytes(packet) for packet in given.demux(video=0) if packet.size]
        for index in range(times * len(group)):
            packet = Packet(group[index % len(group)])
            packet.stream, packet.time_base = stream, Fraction(1, frames_per_second)
            packet.pts = packet.dts = index
            packet.duration = 1
            packet.is_keyframe = index % len(group) == 0
            container.mux(packet)
    return buffer.getvalue()


def joined(first: Recipe, second: Recipe) -> bytes:
    """Return a file whose pictures change size in mid-stream, by parameter sets inside of the stream."""
    buffer = io.BytesIO()
    parts = [av.open(io.BytesIO(made(recipe)), "r") for recipe in (first, second)]
    at = 0
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream_from_template(parts[0].streams.video[0])
        for part in parts:
            sets = _parameter_sets(part.streams.video[0].codec_context.extradata or b"")
            for packet in part.demux(video=0):
                if not packet.size:
                    continue
                copy = Packet((sets if packet.is_keyframe else b"") + bytes(packet))
                copy.stream, copy.time_base, copy.is_keyframe = stream, Fraction(1, 30), packet.is_keyframe
                copy.pts = copy.dts = at
                at += 1
                container.mux(copy)
    for part in parts:
        part.close()
    return buffer.getvalue()


def _parameter_sets(configuration: bytes) -> bytes:
    """Return the parameter sets of an `avcC` box as length-prefixed units."""
    at, units = 6, []
    for _ in range(2):
        size = int.from_bytes(configuration[at : at + 2], "big")
        units.append(configuration[at + 2 : at + 2 + size])
        at += 2 + size + 1  # one set of each kind; the count of the next kind lies between
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
