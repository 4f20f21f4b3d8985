"""Listening to whole files: what is said is kept, everything else costs nothing."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from infra.local.clips import Sound
from infra.local.clips.sound import RATE, make_sound
from shared.media.listening import listen
from shared.media.recording import SHORT_SECONDS
from shared.media.report import SoundKind, SoundReport
from shared.speech.choosing import STREAMED_MAX_SECONDS

MakeVideo = Callable[..., Path]


def heard(path: Path, seconds: float = 20.0) -> SoundReport:
    return listen(path, path.parent, seconds=seconds)


def generated(kind: Sound, seconds: float = 6.0) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    sound = make_sound(kind, seed=1, seconds=seconds)
    assert sound is not None
    return np.asarray(sound.samples, np.float32).reshape(-1, sound.samples.shape[-1])


@pytest.mark.parametrize(
    ("kind", "seconds", "codec"),
    [
        (Sound.SPEECH, 6.0, "pcm_s16le"),
        (Sound.SPEECH_OVER_MUSIC, 6.0, "pcm_s16le"),
        (Sound.SPEECH, SHORT_SECONDS + 0.5, "flac"),
    ],
)
def test_speech_is_kept_at_16_khz_mono(
    make_video: MakeVideo, kind: Sound, seconds: float, codec: str
) -> None:
    """Short speech as WAV, since the Speech SDK reads nothing else."""
    path = make_video(generated(kind, seconds), RATE)
    report = heard(path)
    assert report.kind is SoundKind.SPEECH
    assert 0.5 < report.speech_share <= 1
    assert report.file == ("sound.flac" if codec == "flac" else "sound.wav")
    with av.open(str(path.parent / report.file)) as kept:
        stream = kept.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.codec_context.channels) == (codec, 16_000, 1)
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in kept.decode(audio=0)])
    assert len(decoded) / 16_000 == pytest.approx(report.duration_seconds, abs=0.001)
    assert np.abs(decoded.astype(int)).max() == pytest.approx(
        32768 * 10 ** ((report.peak_dbfs or 0) / 20), rel=0.2
    )


def test_what_the_speech_sdk_may_be_asked_about_is_wav() -> None:
    assert SHORT_SECONDS == STREAMED_MAX_SECONDS


def test_music_costs_nothing(make_video: MakeVideo) -> None:
    path = make_video(generated(Sound.MUSIC), RATE)
    report = heard(path)
    assert (report.kind, report.file) == (SoundKind.NO_SPEECH, None)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("shape", ["white", "brown", "beating"])
def test_noise_is_no_speech_even_when_it_beats_like_syllables(make_video: MakeVideo, shape: str) -> None:
    random = np.random.default_rng(3)
    noise = random.standard_normal(16_000 * 5)
    if shape == "brown":
        noise = np.cumsum(noise - noise.mean()) / 100
    if shape == "beating":
        noise *= 1 + np.sin(2 * np.pi * 4 * np.arange(noise.size) / 16_000)
    noise *= 0.1 / np.abs(noise).max()
    report = heard(make_video(noise[None].astype(np.float32)))
    assert (report.kind, report.file) == (SoundKind.NO_SPEECH, None)


def test_one_word_in_a_long_silence_is_speech(make_video: MakeVideo) -> None:
    word = generated(Sound.SPEECH)[:, RATE : RATE + RATE * 3 // 5]
    quiet = np.zeros((len(word), RATE * 5), np.float32)
    report = heard(make_video(np.hstack((quiet, word, quiet)), RATE))
    assert report.kind is SoundKind.SPEECH


def test_quiet_speech_is_speech(make_video: MakeVideo) -> None:
    speech = generated(Sound.SPEECH)
    report = heard(make_video(speech * np.float32(0.02), RATE))
    assert report.kind is SoundKind.SPEECH


def test_silence_is_told_as_one_stretch(make_video: MakeVideo) -> None:
    report = heard(make_video(np.zeros((1, 16_000 * 3), np.float32)))
    assert report.kind is SoundKind.SILENCE
    assert (report.loudness_lufs, report.peak_dbfs, report.file) == (None, None, None)
    assert [round(s.end_seconds - s.start_seconds) for s in report.silences] == [3]


def test_no_sound_track(make_video: MakeVideo) -> None:
    assert heard(make_video(None)) == SoundReport(kind=SoundKind.NONE)


def test_a_pause_is_found_where_it_is(make_video: MakeVideo) -> None:
    tone = np.sin(2 * np.pi * 300 * np.arange(16_000 * 2) / 16_000) * 0.2
    sound = np.concatenate((tone, np.zeros(16_000), tone))[None].astype(np.float32)
    (pause,) = heard(make_video(sound)).silences
    assert pause.start_seconds == pytest.approx(2, abs=0.1)
    assert pause.end_seconds == pytest.approx(3, abs=0.1)


def test_sound_that_begins_late_is_told_as_such(make_video: MakeVideo) -> None:
    tone = np.sin(2 * np.pi * 300 * np.arange(32_000) / 16_000)[None].astype(np.float32) * np.float32(0.2)
    report = heard(make_video(tone, late=0.5, codec="pcm_s16le"))
    assert report.offset_seconds == pytest.approx(0.5, abs=0.01)


def test_missing_time_becomes_silence(make_video: MakeVideo) -> None:
    """What is said after a hole is found at the time it is said."""
    path = make_video(generated(Sound.SPEECH), RATE)
    holey = path.with_name("holey.mov")
    with av.open(str(path)) as source, av.open(str(holey), "w", format="mov") as target:
        streams = {
            stream.index: target.add_stream_from_template(stream)
            for stream in (*source.streams.video, *source.streams.audio)
        }
        for packet in source.demux():
            is_hole = packet.stream.type == "audio" and packet.pts is not None and 2 < packet.pts / RATE < 3
            if packet.dts is not None and not is_hole:
                packet.stream = streams[packet.stream_index]
                target.mux(packet)
    report = heard(holey)
    assert report.duration_seconds == pytest.approx(6, abs=0.1)
    assert report.notes == ["Parts of the sound are missing."]


def test_damage_is_told_and_the_rest_is_heard(make_video: MakeVideo) -> None:
    path = make_video(generated(Sound.SPEECH), RATE)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat")
    random = np.random.default_rng(5)
    for place in random.integers(start + len(content) // 3, start + len(content) // 2, 60):
        content[place] ^= 0xFF
    path.write_bytes(content)
    report = heard(path)
    assert report.kind is SoundKind.SPEECH
    assert report.duration_seconds > 4


def test_time_that_runs_out_leaves_a_note(make_video: MakeVideo) -> None:
    report = heard(make_video(generated(Sound.SPEECH), RATE), seconds=0)
    assert report.duration_seconds < 1
    assert any("Time ran out" in note for note in report.notes)
