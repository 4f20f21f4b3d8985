"""Opening a media file without believing what it says; runs in the child process only.

FFmpeg picks a demuxer by content and follows what that demuxer finds: a text named `.mp4` may be a playlist
or an `ffconcat` list that opens another local file. So the container is forced by the file's head, one
protocol is left (`file`), and what the header promises is held against limits before anything is decoded.
Decoders refuse larger pictures by themselves, since a header may say less than the stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.logging
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.errors import UnsupportedMediaError
from shared.media.heads import HEAD_BYTES, container_of
from shared.media.report import MAX_DURATION_SECONDS, MediaProbe

#: Transfer functions PQ (SMPTE ST 2084) and HLG (ARIB STD-B67), as in ITU-T H.273.
_HIGH_DYNAMIC_RANGE = frozenset({16, 18})
_ROTATION = re.compile(r"^\s+display ?matrix: rotation of (-?\d+(?:\.\d+)?) degrees", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class MediaLimits:
    """What a video may be like to be looked at."""

    #: What phones, editors and browsers write.
    video_codecs: frozenset[str] = frozenset({"h264", "hevc", "vp8", "vp9", "av1"})
    audio_codecs: frozenset[str] = frozenset(
        {"aac", "mp3", "opus", "vorbis", "flac", "alac", "ac3", "eac3"}
        | {"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_f32le", "pcm_f32be"}
    )
    #: 4K with a tenth to spare; DCI 4K fits.
    max_pixels: int = 3840 * 2160 * 11 // 10
    #: What a decoder may make of it: codecs pad to whole blocks.
    max_decoded_pixels: int = 4096 * 2400
    max_side_pixels: int = 4096
    min_side_pixels: int = 16
    max_duration_seconds: float = MAX_DURATION_SECONDS
    #: Slow motion of phones ends at 240.
    max_frames_per_second: float = 250.0
    #: Phones write up to five tracks of sensor data beside sound and picture.
    max_streams: int = 16
    max_audio_channels: int = 16
    #: How much of the file FFmpeg may read to learn what the header leaves out; its own default.
    probe_bytes: int = 5_000_000


@contextmanager
def opened(path: Path, limits: MediaLimits | None = None) -> Iterator[InputContainer]:
    """Open a file whose video stream may be decoded.

    Decoders run in one thread (memory grows with every thread, and jobs share the cores) and refuse pictures
    over the limit. Other codec options are added to `codec_context.options`; replacing them drops that limit.

    Raises:
        UnsupportedMediaError: it is not a video that we look at; the message says why.
    """
    limits = limits or MediaLimits()
    container = _open(path, _container_of(path), limits)
    try:
        _check(container, limits)
        _restrain(container, limits)
        yield container
    finally:
        container.close()


def video_stream(container: InputContainer) -> VideoStream:
    """Return the stream to look at: the default one, never a cover picture.

    Raises:
        UnsupportedMediaError: there is none.
    """
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise UnsupportedMediaError(
            "The file has sound but no picture." if container.streams.audio else "The file has no picture."
        )
    return next((s for s in streams if s.disposition & Disposition.default), streams[0])


def audio_stream(container: InputContainer, limits: MediaLimits | None = None) -> AudioStream | None:
    """Return the stream to listen to; `None` if there is none, or none that may be decoded."""
    limits = limits or MediaLimits()
    streams = [
        s
        for s in container.streams.audio
        if _codec_of(s) in limits.audio_codecs
        and 0 < s.codec_context.channels <= limits.max_audio_channels
        and s.codec_context.sample_rate > 0
    ]
    return next((s for s in streams if s.disposition & Disposition.default), streams[0] if streams else None)


def check_frame(frame: VideoFrame, limits: MediaLimits | None = None) -> None:
    """Hold a decoded picture against the limits again: its size may change in mid-stream.

    Raises:
        UnsupportedMediaError: it is larger than the header may say.
    """
    limits = limits or MediaLimits()
    if frame.width * frame.height > limits.max_decoded_pixels:
        raise UnsupportedMediaError(
            f"A picture of {frame.width} by {frame.height} pixels is hidden in the video."
        )


def probe_of(container: InputContainer, *, size_bytes: int) -> MediaProbe:
    """Return what the header says; nothing is decoded.

    Args:
        container: what `opened` yielded.
        size_bytes: of the whole file, which may be sparse here.
    """
    video = video_stream(container)
    sound = _sound_of(container)
    duration_seconds = _duration_of(container, video)
    rotation_degrees = _rotation_of(container, video)
    turned = rotation_degrees in {90, 270}
    return MediaProbe(
        container=container.format.name.partition(",")[0],
        duration_seconds=duration_seconds,
        width=video.height if turned else video.width,
        height=video.width if turned else video.height,
        rotation_degrees=rotation_degrees,
        frames_per_second=_rate_of(video),
        size_bytes=size_bytes,
        video_codec=_codec_of(video),
        pixel_format=video.pix_fmt or "",
        high_dynamic_range=video.color_trc in _HIGH_DYNAMIC_RANGE,
        audio_codec=_codec_of(sound) if sound else None,
        audio_channels=sound.codec_context.channels if sound else 0,
        bits_per_second=round(size_bytes * 8 / duration_seconds),
        stated_frames=_believable_frames(video, duration_seconds),
    )


def _sound_of(container: InputContainer) -> AudioStream | None:
    """Return the sound track that is told of, be it one that may be decoded or not."""
    return audio_stream(container) or next((s for s in container.streams.audio if _codec_of(s)), None)


def _container_of(path: Path) -> str:
    with path.open("rb") as file:
        return container_of(file.read(HEAD_BYTES))


def _open(path: Path, form: str, limits: MediaLimits) -> InputContainer:
    decoders = limits.video_codecs | limits.audio_codecs | {"libdav1d"}
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": form,
        "codec_whitelist": ",".join(sorted(decoders)),
        "max_pixels": str(limits.max_decoded_pixels),
        "max_streams": str(limits.max_streams * 4),  # beyond, FFmpeg claims to be out of memory
        "probesize": str(limits.probe_bytes),
    }
    if form == "mov":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}
    try:
        return av.open(
            f"file:{path.absolute()}", "r", format=form, options=options, metadata_errors="replace"
        )
    except MemoryError:
        raise UnsupportedMediaError("The file's header asks for too much memory.") from None
    except (av.FFmpegError, ValueError) as error:
        raise UnsupportedMediaError(_why_unreadable(error, form)) from None


def _why_unreadable(error: Exception, form: str) -> str:
    if isinstance(error, av.FFmpegError) and not isinstance(error, av.InvalidDataError | av.EOFError):
        return "The file's header is outside of what we read."
    return f"The file's {'MP4' if form == 'mov' else 'Matroska'} header is missing or broken."


def _check(container: InputContainer, limits: MediaLimits) -> None:
    if len(container.streams) > limits.max_streams:
        raise UnsupportedMediaError(f"The file has more than {limits.max_streams} streams.")
    video = video_stream(container)
    if (codec := _codec_of(video)) not in limits.video_codecs:
        raise UnsupportedMediaError(f"Videos coded as {codec or 'an unknown format'} are not supported.")
    _check_size(video, limits)
    duration_seconds = _duration_of(container, video)
    if duration_seconds > limits.max_duration_seconds:
        raise UnsupportedMediaError(f"The video is longer than {limits.max_duration_seconds:.0f} seconds.")
    if (_rate_of(video) or 0) > limits.max_frames_per_second:
        raise UnsupportedMediaError(
            f"The video has more than {limits.max_frames_per_second:.0f} frames per second."
        )


def _check_size(video: VideoStream, limits: MediaLimits) -> None:
    sides = video.width, video.height
    if min(sides) < limits.min_side_pixels:
        raise UnsupportedMediaError("The video's header tells no usable picture size.")
    if max(sides) > limits.max_side_pixels or video.width * video.height > limits.max_pixels:
        raise UnsupportedMediaError(f"Pictures of {video.width} by {video.height} pixels are too large.")


def _restrain(container: InputContainer, limits: MediaLimits) -> None:
    """Make every decoder refuse large pictures: options given while opening bind the probing alone."""
    for stream in container.streams.video:
        context: Any = stream.codec_context
        if context is not None:
            context.options = {**context.options, "max_pixels": str(limits.max_decoded_pixels)}
            context.thread_count = 1


def _codec_of(stream: Stream) -> str:
    context: Any = stream.codec_context  # absent when FFmpeg has no decoder
    return "" if context is None else str(context.codec.canonical_name)


def _duration_of(container: InputContainer, video: VideoStream) -> float:
    """Return the longer of what the file and its video stream say: either may lie."""
    stated = [container.duration / av.time_base] if container.duration else []
    if video.duration and video.time_base:
        stated.append(float(video.duration * video.time_base))
    if not stated and container.format.name.startswith("matroska"):
        stated.append(_recorded_seconds(container, video.index))
    if not stated or (duration_seconds := max(stated)) <= 0:
        raise UnsupportedMediaError("The video's header tells no duration.")
    return duration_seconds


def _recorded_seconds(container: InputContainer, index: int) -> float:
    """Return where a recording's last picture ends: browsers write WebM before they know its length."""
    end = 0.0
    with _open(Path(container.name.removeprefix("file:")), "matroska", MediaLimits()) as again:
        stream = again.streams[index]
        with suppress(av.FFmpegError):  # cut off; what came before counts
            for packet in again.demux(stream):
                if packet.pts is not None and packet.time_base is not None:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return end


def _rate_of(video: VideoStream) -> float | None:
    """Return the mean frame rate."""
    return float(video.average_rate) if video.average_rate and video.average_rate > 0 else None


def _believable_frames(video: VideoStream, duration_seconds: float) -> int | None:
    believable = duration_seconds * MediaLimits.max_frames_per_second + 1
    return video.frames if 0 < video.frames <= believable else None


def _rotation_of(container: InputContainer, video: VideoStream) -> int:
    """Return by how much the picture is to be turned clockwise.

    PyAV tells it of decoded frames only; FFmpeg's description of the container has it for nothing. There
    angles are counter-clockwise.
    """
    for line in _described(container, video):
        if found := _ROTATION.match(line):
            return round(-float(found[1]) / 90) * 90 % 360
    return 0


def _described(container: InputContainer, stream: Stream) -> Iterator[str]:
    """Yield the lines of side data in FFmpeg's description of a stream."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        description = container.dumps_format()  # type: ignore[attr-defined]  # missing in PyAV's stubs
    finally:
        av.logging.set_level(level)
    ours = side_data = False
    for line in description.splitlines():
        if line.startswith("  Stream #"):
            ours = line.startswith((f"  Stream #0:{stream.index}:", f"  Stream #0:{stream.index}["))
            ours = ours or line.startswith(f"  Stream #0:{stream.index}(")
            side_data = False
        elif line.startswith("    ") and not line.startswith("     "):
            side_data = line.strip() == "Side data:"
        elif ours and side_data:
            yield line
