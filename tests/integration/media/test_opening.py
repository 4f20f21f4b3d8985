"""Opening media files: what is read of them, and what is refused with which reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from shared.errors import UnsupportedMediaError
from shared.media.opening import (
    MediaLimits,
    audio_stream,
    check_frame,
    opened,
    probe_of,
    video_stream,
)
from shared.media.report import MediaProbe

Film = Callable[..., Path]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Writes a short clip."""

    def write(  # noqa: PLR0913 - each is one property of a clip
        name: str = "clip.mp4",
        *,
        size: tuple[int, int] = (64, 48),
        frames: int = 12,
        rate: int = 24,
        codec: str = "libx264",
        pixels: str = "yuv420p",
        sound: str | None = "aac",
        picture: bool = True,
        rotation: int = 0,
        options: dict[str, str] | None = None,
        container: dict[str, str] | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=container or {}) as output:
            output.metadata.update(metadata or {})
            if picture:
                video: Any = output.add_stream(codec, rate=rate, options=options or {})
                video.width, video.height, video.pix_fmt = *size, pixels
                if rotation:
                    video.set_display_rotation(rotation)
            audio = output.add_stream(sound, rate=48000) if sound else None
            if picture:
                for packet in _pictures(video, frames, size, pixels):
                    output.mux(packet)
            if audio is not None:
                for packet in _tone(audio, frames / rate):
                    output.mux(packet)
        return path

    return write


def _pictures(video: Any, frames: int, size: tuple[int, int], pixels: str) -> Iterator[Any]:
    for number in range(frames):
        image = np.full((size[1], size[0], 3), number * 7 % 256, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
        frame.pts = number
        yield from video.encode(frame)
    yield from video.encode()


def _tone(audio: Any, seconds: float) -> Iterator[Any]:
    for block in range(math.ceil(seconds * 48000 / 1024)):
        wave = np.sin(np.arange(1024) / 10).astype(np.float32)[None, :]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.rate, frame.pts, frame.time_base = 48000, block * 1024, Fraction(1, 48000)
        yield from audio.encode(frame)
    yield from audio.encode()


def probed(path: Path, limits: MediaLimits | None = None) -> MediaProbe:
    with opened(path, limits) as container:
        return probe_of(container, size_bytes=path.stat().st_size)


def test_a_probe_tells_what_the_header_says(film: Film) -> None:
    probe = probed(film())
    assert (probe.container, probe.width, probe.height, probe.rotation_degrees) == ("mov", 64, 48, 0)
    assert probe.duration_seconds == pytest.approx(0.5, abs=0.05)
    assert (probe.video_codec, probe.pixel_format, probe.frames_per_second) == ("h264", "yuv420p", 24.0)
    assert (probe.audio_codec, probe.stated_frames, probe.high_dynamic_range) == ("aac", 12, False)
    assert probe.bits_per_second == pytest.approx(probe.size_bytes * 8 / probe.duration_seconds, rel=0.01)


@pytest.mark.parametrize(("angle", "degrees"), [(-90, 90), (90, 270), (180, 180)])
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "clip.mkv"])
def test_sizes_are_as_shown(film: Film, name: str, angle: int, degrees: int) -> None:
    probe = probed(film(name, rotation=angle))
    assert probe.rotation_degrees == degrees
    assert (probe.width, probe.height) == ((64, 48) if degrees == 180 else (48, 64))


def test_words_in_the_file_do_not_turn_it(film: Film) -> None:
    title = "x\n    Side data:\n      Display Matrix: rotation of 90.00 degrees"
    assert probed(film(metadata={"title": title})).rotation_degrees == 0


def test_the_file_s_head_chooses_the_demuxer_not_its_name(film: Film) -> None:
    assert probed(film("clip.mkv").rename(film().with_name("mkv.mp4"))).container == "matroska"


def test_high_dynamic_range_is_told_by_the_transfer_function(film: Film) -> None:
    hlg = {"x265-params": "transfer=arib-std-b67:colorprim=bt2020:colormatrix=bt2020nc:log-level=none"}
    probe = probed(film(codec="libx265", pixels="yuv420p10le", options=hlg))
    assert (probe.video_codec, probe.pixel_format) == ("hevc", "yuv420p10le")
    assert probe.high_dynamic_range


def test_a_silent_video_has_no_sound(film: Film) -> None:
    path = film(sound=None)
    assert probed(path).audio_codec is None
    with opened(path) as container:
        assert audio_stream(container) is None


def test_sound_that_may_not_be_decoded_is_told_of_and_not_heard(film: Film) -> None:
    path = film("clip.mkv", sound="mp2")
    assert probed(path).audio_codec == "mp2"
    with opened(path) as container:
        assert audio_stream(container) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"ftyp", "neither MP4"),
        (b"ffconcat version 1.0\nfile 'other.mp4'\n", "neither MP4"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n", "neither MP4"),
        (b"<?xml version='1.0'?><MPD></MPD>", "neither MP4"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "neither MP4"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "neither MP4"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(12), "header is missing or broken"),
        (b"\x1a\x45\xdf\xa3" + bytes(60), "header is missing or broken"),
    ],
)
def test_what_is_no_video_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(UnsupportedMediaError, match=reason):
        probed(path)


def test_sound_without_a_picture_is_refused(film: Film) -> None:
    with pytest.raises(UnsupportedMediaError, match="sound but no picture"):
        probed(film(picture=False))


def test_a_codec_that_is_not_listed_is_refused(film: Film) -> None:
    with pytest.raises(UnsupportedMediaError, match="mpeg4"):
        probed(film(codec="mpeg4"))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (MediaLimits(max_pixels=64 * 48 - 1), "64 by 48"),
        (MediaLimits(max_side_pixels=63), "64 by 48"),
        (MediaLimits(min_side_pixels=49), "no usable picture size"),
        (MediaLimits(max_duration_seconds=0.4), "longer than"),
        (MediaLimits(max_frames_per_second=23), "frames per second"),
        (MediaLimits(max_streams=1), "more than 1 streams"),
    ],
)
def test_what_is_over_a_limit_is_refused(film: Film, limits: MediaLimits, reason: str) -> None:
    with pytest.raises(UnsupportedMediaError, match=reason):
        probed(film(), limits)


def test_decoders_refuse_pictures_over_the_limit_by_themselves(film: Film) -> None:
    limits = MediaLimits(max_decoded_pixels=64 * 48 - 1)
    with opened(film(), limits) as container, pytest.raises(av.FFmpegError):
        next(container.decode(video_stream(container)))


def test_a_frame_over_the_limit_is_refused(film: Film) -> None:
    with opened(film()) as container:
        frame = next(container.decode(video_stream(container)))
    check_frame(frame)
    with pytest.raises(UnsupportedMediaError, match="hidden"):
        check_frame(frame, MediaLimits(max_decoded_pixels=100))


def test_options_can_be_added_without_losing_the_limit(film: Film) -> None:
    with opened(film()) as container:
        video = video_stream(container)
        video.codec_context.options |= {"skip_loop_filter": "all"}
        assert {"max_pixels", "skip_loop_filter"} <= set(video.codec_context.options)
        assert len(list(container.decode(video))) == 12


def test_a_stated_number_of_frames_that_cannot_be_is_not_repeated(film: Film) -> None:
    path = film(sound=None)
    data = bytearray(path.read_bytes())
    at = data.index(b"stts") + 12  # the first entry's count of samples
    data[at : at + 4] = (2**31 - 1).to_bytes(4, "big")
    path.write_bytes(data)
    probe = probed(path)
    assert probe.stated_frames is None or probe.stated_frames <= 12


def test_a_name_that_looks_like_a_protocol_is_a_name(film: Film, tmp_path: Path) -> None:
    assert probed(film().rename(tmp_path / "concat:a|b.mp4")).container == "mov"
