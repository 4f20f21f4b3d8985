"""Copies of small generated clips: as small as asked for, whole, in step with their sound, or none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.audio.stream import AudioStream

from infra.local.clips import STYLES, Sound, make_clip
from shared.media.compressing import COPY_FILE, SIMILARITY_FLOOR, compress
from shared.media.opening import audio_stream, opened, probe_of, video_stream
from shared.media.report import CompressedVideo, MediaProbe


def clip(directory: Path, style: str, *, seconds: float = 2.0, sound: Sound = Sound.SPEECH) -> Path:
    path = directory / "clip.mp4"
    make_clip(path, STYLES[style], seed=5, seconds=seconds, width=180, height=320, sound=sound)
    return path


def copied(path: Path, *, share: float = 0.5, **options: object) -> CompressedVideo | None:
    target_bytes = round(path.stat().st_size * share)
    given = {"seconds": 60.0, "factor": 1.0, **options}
    return compress(path, path.parent, target_bytes=target_bytes, **given)  # type: ignore[arg-type]  # any options


def probed(path: Path) -> MediaProbe:
    with opened(path) as container:
        return probe_of(container, size_bytes=path.stat().st_size)


def times(path: Path) -> list[float]:
    with opened(path) as container:
        return [frame.time for frame in container.decode(video_stream(container))]


def sound_lead(path: Path) -> float:
    """Return by how much sound begins before the picture."""
    with opened(path) as container:
        sound, video = audio_stream(container), video_stream(container)
        assert sound is not None
        heard = next(container.decode(sound)).time
        assert video.time_base is not None
        assert heard is not None
        return float((video.start_time or 0) * video.time_base) - heard


@pytest.mark.parametrize(
    ("style", "share"),
    [
        ("phone", 0.5),
        ("vfr", 0.5),
        ("rotated", 0.5),
        ("rotated_left", 0.5),
        ("hevc", 0.75),
        ("hevc_hlg", 0.75),
        ("edited", 0.95),
    ],
)
def test_a_copy_is_smaller_and_the_same(tmp_path: Path, style: str, share: float) -> None:
    path = clip(tmp_path, style)
    copy = copied(path, share=share)
    assert copy is not None
    made = tmp_path / copy.file
    assert copy.size_bytes == made.stat().st_size <= path.stat().st_size * share * 1.02
    assert copy.ssim >= SIMILARITY_FLOOR
    source, target = probed(path), probed(made)
    assert (target.width, target.height) == (source.width, source.height) == (copy.width, copy.height)
    assert target.rotation_degrees == source.rotation_degrees
    assert (target.video_codec, target.pixel_format) == ("h264", "yuv420p")
    assert not target.high_dynamic_range
    assert times(made) == pytest.approx(times(path), abs=0.002)
    assert sound_lead(made) == pytest.approx(sound_lead(path), abs=0.002)


def test_the_index_lies_in_front(tmp_path: Path) -> None:
    copy = copied(clip(tmp_path, "phone"))
    assert copy is not None
    content = (tmp_path / copy.file).read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_sound_is_taken_over_packet_by_packet(tmp_path: Path) -> None:
    path = clip(tmp_path, "phone")
    assert copied(path) is not None

    def packets(file: Path) -> list[bytes]:
        with av.open(str(file)) as container:
            return [bytes(packet) for packet in container.demux(audio=0) if packet.size]

    assert packets(tmp_path / COPY_FILE) == packets(path)


def test_sound_that_mp4_players_do_not_take_is_encoded_anew(tmp_path: Path) -> None:
    source = clip(tmp_path, "phone", sound=Sound.MUSIC)
    path = tmp_path / "pcm.mov"
    with av.open(str(source)) as given, av.open(str(path), "w", format="mov") as target:
        video = target.add_stream_from_template(given.streams.video[0])
        audio: AudioStream = target.add_stream("pcm_s16le", rate=48_000, layout="stereo")
        resampler = av.AudioResampler("s16", "stereo", 48_000)
        for packet in given.demux(video=0, audio=0):
            if packet.dts is not None and packet.stream.type == "video":
                packet.stream = video
                target.mux(packet)
            elif packet.stream.type == "audio":
                for frame in packet.decode():
                    for resampled in resampler.resample(frame):  # type: ignore[arg-type]  # an audio frame
                        target.mux(audio.encode(resampled))
    copy = copied(path)
    assert copy is not None
    assert probed(tmp_path / copy.file).audio_codec == "aac"
    assert sound_lead(tmp_path / copy.file) == pytest.approx(sound_lead(path), abs=0.03)


def test_no_sound_is_no_hindrance(tmp_path: Path) -> None:
    copy = copied(clip(tmp_path, "phone", sound=Sound.NONE))
    assert copy is not None
    assert probed(tmp_path / copy.file).audio_codec is None


def test_every_frame_is_watched_in_order(tmp_path: Path) -> None:
    path = clip(tmp_path, "vfr")
    seen: list[float] = []
    shares: list[float] = []
    assert copied(path, watch=lambda frame: seen.append(frame.time), progress=shares.append)
    assert seen == times(path)
    assert shares == sorted(shares)
    assert 0.8 < shares[-1] <= 1


def test_what_would_look_bad_is_not_kept(tmp_path: Path) -> None:
    path = clip(tmp_path, "low_light", sound=Sound.NONE)
    assert copied(path, share=0.04) is None
    assert list(tmp_path.iterdir()) == [path]


def test_too_few_bits_for_any_copy_are_seen_beforehand(tmp_path: Path) -> None:
    seen: list[float] = []
    path = clip(tmp_path, "phone")
    assert copied(path, share=0.001, watch=lambda frame: seen.append(frame.time)) is None
    assert seen == []


def test_a_core_that_is_too_slow_is_not_tried(tmp_path: Path) -> None:
    assert copied(clip(tmp_path, "phone"), seconds=5.0, factor=1000.0) is None


def test_a_copy_that_falls_behind_is_given_up(tmp_path: Path) -> None:
    path = clip(tmp_path, "phone")
    assert copied(path, seconds=0.01, factor=0.0001) is None
    assert list(tmp_path.iterdir()) == [path]


def test_an_odd_size_becomes_even(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(30), options={"preset": "ultrafast", "qp": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = 101, 151, "yuv444p"
        with av.open(str(clip(tmp_path, "phone", seconds=1.0))) as source:
            for frame in source.decode(video=0):
                container.mux(stream.encode(frame.reformat(101, 151, "yuv444p")))
        container.mux(stream.encode(None))
    copy = copied(path)
    assert copy is not None
    assert (copy.width % 2, copy.height % 2) == (0, 0)
    assert abs(copy.width - 101) <= 1


@pytest.mark.parametrize("kept", [0.4, 0.9])
def test_a_truncated_source_leaves_no_partial_file(tmp_path: Path, kept: float) -> None:
    path = clip(tmp_path, "edited")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    copy = copied(path, share=0.9)
    assert copy is None or times(tmp_path / copy.file) == pytest.approx(times(path), abs=0.002)
    assert len(list(tmp_path.iterdir())) == 1 + (copy is not None)


def test_a_damaged_source_never_fails(tmp_path: Path) -> None:
    path = clip(tmp_path, "phone")
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    for place in range(start + 1000, start + 100_000, 997):
        content[place] ^= 0x55
    path.write_bytes(content)
    copied(path)
    assert {file.name for file in tmp_path.iterdir()} <= {"clip.mp4", COPY_FILE}
