"""Writing frames and sound into an MP4 as phones and editing programs do."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.stream import VideoStream

from infra.local.clips.filming import Planes
from infra.local.clips.styles import RateControl, Style
from infra.local.clips.timing import TICKS_PER_SECOND

_SOUND_CHUNK = 1024
_SOUND_BITS_PER_SECOND = 128_000
_TEN_BIT = 1023
#: Diffuse white lies at three quarters of hybrid log-gamma's range.
_HLG_WHITE = 0.75
_BT2020, _HLG, _BT2020_NCL = 9, 18, 9
_BT709 = 1
_MATRICES = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


class Track:
    """Sound to be written: samples from -1 to 1."""

    def __init__(self, samples: npt.NDArray[np.float32], rate: int) -> None:
        self.samples = samples
        self.rate = rate


def write_clip(
    path: Path,
    style: Style,
    frames: Iterable[Planes],
    ticks: Sequence[int],
    *,
    width: int,
    height: int,
    sound: Track | None,
) -> None:
    """Encode a clip; `width` and `height` are as shown, `ticks` has the time of the end last."""
    flags = {"movflags": "+faststart"} if style.fast_start else {}
    with av.open(str(path), "w", format="mp4", options=flags) as container:
        writer = _Writer(container, style, width, height, sound)
        for index, planes in enumerate(frames):
            writer.write(planes, ticks[index], ticks[index + 1])
        writer.end()
    if style.rotation_degrees:
        rotate(path, style.rotation_degrees)


class _Writer:
    def __init__(
        self, container: OutputContainer, style: Style, width: int, height: int, sound: Track | None
    ) -> None:
        self._container = container
        self._style = style
        self._turns = style.rotation_degrees // 90
        coded = (height, width) if self._turns % 2 else (width, height)
        self._video = _video_stream(container, style, *coded)
        self._sound = sound
        self._audio = _audio_stream(container, sound) if sound else None
        self._heard = 0

    def write(self, planes: Planes, first_tick: int, end_tick: int) -> None:
        frame = _frame(planes, self._turns, high_dynamic_range=self._style.high_dynamic_range)
        frame.pts, frame.time_base = first_tick, Fraction(1, TICKS_PER_SECOND)
        frame.duration = end_tick - first_tick
        self._container.mux(self._video.encode(frame))
        self._hear(end_tick / TICKS_PER_SECOND)

    def end(self) -> None:
        self._container.mux(self._video.encode(None))
        if self._audio is not None:
            self._container.mux(self._audio.encode(None))

    def _hear(self, until_seconds: float) -> None:
        if self._audio is None or self._sound is None:
            return
        end = min(len(self._sound.samples), int(until_seconds * self._sound.rate))
        while self._heard + _SOUND_CHUNK <= end:
            chunk = self._sound.samples[self._heard : self._heard + _SOUND_CHUNK]
            frame = av.AudioFrame.from_ndarray(chunk[None, :], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = self._sound.rate, self._heard
            frame.time_base = Fraction(1, self._sound.rate)
            self._heard += _SOUND_CHUNK
            self._container.mux(self._audio.encode(frame))


def _video_stream(container: OutputContainer, style: Style, width: int, height: int) -> VideoStream:
    stream = cast(VideoStream, container.add_stream(style.codec, rate=style.frames_per_second))
    stream.width, stream.height = width, height
    stream.pix_fmt = "yuv420p10le" if style.high_dynamic_range else "yuv420p"
    stream.codec_context.time_base = Fraction(1, TICKS_PER_SECOND)
    stream.time_base = Fraction(1, TICKS_PER_SECOND)
    stream.codec_context.thread_count = 1
    if style.codec == "libx265":
        stream.codec_context.codec_tag = "hvc1"
    context = stream.codec_context
    tags = (_BT2020, _HLG, _BT2020_NCL) if style.high_dynamic_range else (_BT709, _BT709, _BT709)
    context.color_primaries, context.color_trc, context.colorspace = tags
    context.color_range = 1
    context.options = dict(_options(style, width, height))
    return stream


def _options(style: Style, width: int, height: int) -> dict[str, str]:
    """Return the encoder's options."""
    rate = style.bits_per_second_at(width, height)
    keys = str(round(style.key_frame_seconds * style.frames_per_second))
    parameters = {"keyint": keys, "threads": "1", **style.parameters}
    if style.parameters.get("scenecut") == "0":
        parameters["min-keyint"] = keys
    if style.codec == "libx265":
        parameters |= {"pools": "none", "frame-threads": "1", "log-level": "none"}
        parameters.pop("threads")
    parameters |= _rate_control(style.rate_control, rate // 1000)
    joined = ":".join(f"{name}={value}" for name, value in parameters.items())
    name = "x265-params" if style.codec == "libx265" else "x264-params"
    return {"preset": "ultrafast" if style.codec == "libx265" else "superfast", name: joined}


def _rate_control(kind: RateControl, kilobits: int) -> dict[str, str]:
    match kind:
        case RateControl.VARIABLE:
            return {
                "bitrate": f"{kilobits}",
                "vbv-maxrate": f"{kilobits * 2}",
                "vbv-bufsize": f"{kilobits * 2}",
            }
        case RateControl.CONSTANT:
            size = f"{kilobits // 3}"
            return {
                "bitrate": f"{kilobits}",
                "vbv-maxrate": f"{kilobits}",
                "vbv-bufsize": size,
                "nal-hrd": "cbr",
            }
        case RateControl.SLUGGISH:
            bounds = {"qpmin": "20", "qpmax": "36", "qpstep": "1", "ratetol": "4"}
            return {"bitrate": f"{kilobits}", "rc-lookahead": "0", "mbtree": "0", **bounds}
        case RateControl.QUALITY:
            return {"crf": "24"}


def _audio_stream(container: OutputContainer, sound: Track) -> AudioStream:
    stream = container.add_stream("aac", rate=sound.rate, layout="mono")
    stream.bit_rate = _SOUND_BITS_PER_SECOND
    return stream


def _frame(planes: Planes, turns: int, *, high_dynamic_range: bool) -> VideoFrame:
    # Rotation says how to turn the coded picture clockwise; so it is coded turned the other way.
    turned = [np.rot90(plane, turns) if turns else plane for plane in planes]
    if high_dynamic_range:
        deep = [_deep(turned[0], 64, _HLG_WHITE), _deep(turned[1], 512, 1), _deep(turned[2], 512, 1)]
        frame = VideoFrame(turned[0].shape[1], turned[0].shape[0], "yuv420p10le")
        for plane, values in zip(frame.planes, deep, strict=True):
            _fill(plane, values)
        return frame
    frame = VideoFrame(turned[0].shape[1], turned[0].shape[0], "yuv420p")
    for plane, values in zip(frame.planes, turned, strict=True):
        _fill(plane, values)
    return frame


def _deep(plane: npt.NDArray[np.uint8], zero: int, gain: float) -> npt.NDArray[np.uint16]:
    """Return 8-bit values as 10-bit ones, drawn towards `zero` by `gain`."""
    table = np.clip(zero + (np.arange(256) * 4 - zero) * gain, 0, _TEN_BIT).astype(np.uint16)
    deep: npt.NDArray[np.uint16] = table[plane]
    return deep


def _fill(plane: VideoPlane, values: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> None:
    rows, columns = values.shape
    stride = plane.line_size // values.itemsize
    buffer = np.frombuffer(memoryview(plane), values.dtype)
    buffer[: rows * stride].reshape(rows, stride)[:, :columns] = values


def rotate(path: Path, degrees: int) -> None:
    """Write a display matrix into the picture track's header, as a phone held upright does."""
    data = bytearray(path.read_bytes())
    at = data.rindex(b"moov")
    # The picture is the first track. Version 0: matrix 40 bytes into the box's content.
    matrix = data.index(b"tkhd", at) + 4 + 40
    a, b, c, d = (value << 16 for value in _MATRICES[degrees])
    struct.pack_into(">iiiiiiiii", data, matrix, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
