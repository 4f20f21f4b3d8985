"""The detector by itself."""

import numpy as np
import pytest

from infra.local.clips import Sound
from infra.local.clips.sound import RATE, make_sound
from shared.media.speaking import FRAME, SAMPLE_RATE, SpeechDetector


def speech(seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    sound = make_sound(Sound.SPEECH, seed=2, seconds=seconds)
    assert sound is not None
    mono = np.asarray(sound.samples, np.float32).reshape(-1, sound.samples.shape[-1])[0]
    step = RATE / SAMPLE_RATE
    picked: np.ndarray[tuple[int], np.dtype[np.float32]] = mono[
        (np.arange(int(mono.size / step)) * step).astype(int)
    ]
    return picked


def test_answers_do_not_depend_on_how_sound_is_cut_up() -> None:
    samples = speech(3)
    whole = SpeechDetector().add(samples)
    piecewise = SpeechDetector()
    parts = [piecewise.add(part) for part in np.array_split(samples, 37)]
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-4)
    assert len(whole) == samples.size // FRAME


def test_speech_is_told_from_silence() -> None:
    samples = speech(3)
    assert (SpeechDetector().add(samples) > 0.5).mean() > 0.5
    assert SpeechDetector().add(np.zeros_like(samples)).max() < 0.1
