"""Sound for clips: a voice of formants in syllables, music of chords and beats. Nobody says anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infra.local.clips.styles import Sound
from infra.local.clips.truth import Span

RATE = 48_000
#: The voice is made at this rate and interpolated: it has nothing above 6 kHz.
_VOICE_RATE = 16_000
_Samples = npt.NDArray[np.float32]

#: First three formants of five vowels, in Hz (Peterson and Barney's means for men, rounded).
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
_BANDWIDTHS = (90.0, 110.0, 170.0)
_CHORDS = ((0, 4, 7), (-3, 0, 4), (5, 9, 12), (7, 11, 14))
_BEATS_PER_MINUTE = 112
_ROOM_TONE = 10 ** (-62 / 20)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A sound track and what is in it."""

    samples: _Samples
    speech: tuple[Span, ...]
    silences: tuple[Span, ...]


def make_sound(kind: Sound, *, seed: int, seconds: float) -> Heard | None:
    """Return a sound track of a length, or nothing if there is to be none."""
    generator = np.random.default_rng([seed, 101])
    length = round(seconds * RATE)
    match kind:
        case Sound.NONE:
            return None
        case Sound.SILENCE:
            return Heard(samples=np.zeros(length, np.float32), speech=(), silences=((0.0, seconds),))
        case Sound.MUSIC:
            return Heard(samples=_music(generator, length) * 0.5, speech=(), silences=())
        case Sound.SPEECH:
            voice, phrases = _voice(generator, seconds)
            tone = generator.standard_normal(length).astype(np.float32) * _ROOM_TONE
            return Heard(
                samples=_to_rate(voice, length) + tone, speech=phrases, silences=_gaps(phrases, seconds)
            )
        case Sound.SPEECH_OVER_MUSIC:
            voice, phrases = _voice(generator, seconds)
            samples = _to_rate(voice, length) + 0.12 * _music(generator, length)
            return Heard(samples=samples, speech=phrases, silences=())


def _gaps(phrases: tuple[Span, ...], seconds: float) -> tuple[Span, ...]:
    edges = [0.0, *(edge for phrase in phrases for edge in phrase), seconds]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if end > start)


def _to_rate(samples: _Samples, length: int) -> _Samples:
    at = np.arange(length) * (_VOICE_RATE / RATE)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)


def _voice(generator: np.random.Generator, seconds: float) -> tuple[_Samples, tuple[Span, ...]]:
    """Return phrases of syllables, four or so a second, with pauses between."""
    voice = np.zeros(round(seconds * _VOICE_RATE), np.float32)
    pitch = float(generator.uniform(95, 220))
    phrases: list[Span] = []
    at = float(generator.uniform(0.15, 0.6))
    while at < seconds - 0.6:
        end = min(at + float(generator.uniform(1.2, 4.0)), seconds - 0.1)
        start = at
        while at < end - 0.12:
            length = min(float(generator.uniform(0.17, 0.3)), end - at)
            fall = 1.12 - 0.25 * (at - start) / (end - start)
            _add(voice, at, _syllable(generator, length, pitch * fall))
            at += length
        phrases.append((start, at))
        at += float(generator.uniform(0.25, 0.9))
    return voice * np.float32(0.4 / max(1e-6, float(np.abs(voice).max()))), tuple(phrases)


def _add(voice: _Samples, at_seconds: float, piece: _Samples) -> None:
    first = int(at_seconds * _VOICE_RATE)
    room = voice[first : first + len(piece)]
    room += piece[: len(room)]


def _syllable(generator: np.random.Generator, seconds: float, pitch: float) -> _Samples:
    """Return a consonant's hiss and a vowel that glides towards another."""
    count = int(seconds * _VOICE_RATE)
    share = np.linspace(0, 1, count, dtype=np.float32)
    vowel, towards = (
        np.array(_VOWELS[int(index)], np.float32) for index in generator.integers(len(_VOWELS), size=2)
    )
    formants = vowel + (towards - vowel) * 0.5 * share[:, None]
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.02 * np.sin(9 * share)), dtype=np.float64) / _VOICE_RATE
    harmonics = np.arange(1, int(4200 / pitch) + 1, dtype=np.float32)
    frequency = harmonics[None, :] * np.float32(pitch)
    gain = np.zeros((count, len(harmonics)), np.float32)
    for index, bandwidth in enumerate(_BANDWIDTHS):
        distance = (frequency - formants[:, index : index + 1]) / np.float32(bandwidth)
        gain += np.float32(0.6**index) / (1 + distance * distance)
    waves = np.sin((phase[:, None] * harmonics[None, :]).astype(np.float32))
    voiced = (waves * gain / np.sqrt(harmonics)).sum(axis=1)
    onset = float(generator.uniform(0.12, 0.3))
    envelope = np.clip((share - onset) / 0.15, 0, 1) * np.clip((1 - share) / 0.3, 0, 1)
    hiss = np.diff(generator.standard_normal(count + 1)).astype(np.float32)
    burst = np.exp(-(((share - onset * 0.6) / (onset * 0.4)) ** 2))
    return np.asarray(voiced * envelope + 0.12 * hiss * burst, np.float32)


def _music(generator: np.random.Generator, length: int) -> _Samples:
    """Return chords with a slow swell, a drum on each beat, and a cymbal between."""
    seconds = np.arange(length, dtype=np.float32) / np.float32(RATE)
    beat = 60 / _BEATS_PER_MINUTE
    root = float(generator.uniform(130, 260))
    chords = [_chord(seconds[: int(4 * beat * RATE)], root, chord) for chord in _CHORDS]
    music = np.resize(np.concatenate(chords), length).astype(np.float32)
    within = seconds % np.float32(beat)
    music += 0.5 * np.sin(2 * np.pi * 52 * within) * np.exp(-14 * within)
    off = (seconds + np.float32(beat / 2)) % np.float32(beat)
    music += 0.1 * generator.standard_normal(length).astype(np.float32) * np.exp(-40 * off)
    return np.asarray(music * (0.6 / max(1e-6, float(np.abs(music).max()))), np.float32)


def _chord(seconds: _Samples, root: float, steps: tuple[int, ...]) -> _Samples:
    chord = np.zeros_like(seconds)
    for step in steps:
        pitch = root * 2 ** (step / 12)
        for harmonic in range(1, 6):
            chord += np.sin(2 * np.pi * pitch * harmonic * seconds) / (3 * harmonic**1.5)
    return np.asarray(chord * np.minimum(1, np.minimum(seconds, seconds[-1] - seconds) * 12), np.float32)
