"""The words that the simulator makes up for a sound: the same for the same bytes, spread over its length."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

from infra.local.speech_simulator.sounds import Sound

LABEL = "(simulated)"
TICKS_PER_SECOND = 10_000_000

_SENTENCES = (
    "Hey everyone, welcome back to my channel.",
    "Today I have something special for you.",
    "Stay until the end, you will not regret it.",
    "This is how I get ready in the morning.",
    "Tell me in the comments what you would like to see.",
    "I tried this for a week, and here is what happened.",
    "The link is in my profile.",
    "Thank you so much for your support.",
)
_PHRASE_SECONDS = 4.0
_PAUSE_SECONDS = 0.4


def batch_result(data: bytes, sound: Sound, source: str, locale: str) -> dict[str, Any]:
    """Return the result file of a batch transcription."""
    phrases = [_batch_phrase(*phrase, locale) for phrase in _phrases(data, sound.seconds)]
    text = " ".join(phrase["nBest"][0]["display"] for phrase in phrases)
    return {
        "source": source,
        "timestamp": "2026-01-01T00:00:00Z",
        **_times("duration", sound.seconds),
        "combinedRecognizedPhrases": [{"channel": 0, "lexical": text.lower(), "display": text}],
        "recognizedPhrases": phrases,
    }


def fast_result(data: bytes, sound: Sound, locale: str) -> dict[str, Any]:
    """Return the answer of a fast transcription."""
    phrases = [_fast_phrase(*phrase, locale) for phrase in _phrases(data, sound.seconds)]
    text = " ".join(phrase["text"] for phrase in phrases)
    return {
        "durationMilliseconds": round(sound.seconds * 1000),
        "combinedPhrases": [{"channel": 0, "text": text}],
        "phrases": phrases,
    }


def _phrases(data: bytes, seconds: float) -> Iterator[tuple[float, float, str]]:
    """Yield start, end and text of each phrase."""
    chance = random.Random(hashlib.sha256(data).digest())  # noqa: S311 - reproducible, not secret
    start, label = 0.0, f"{LABEL} "
    while start < seconds:
        end = min(start + _PHRASE_SECONDS, seconds)
        yield start, end, label + chance.choice(_SENTENCES)
        start, label = end + _PAUSE_SECONDS, ""


def _batch_phrase(start: float, end: float, text: str, locale: str) -> dict[str, Any]:
    words = [
        {"word": word.lower(), "confidence": 0.9, **_times("offset", at), **_times("duration", length)}
        for at, length, word in _words(start, end, text)
    ]
    best = {"confidence": 0.9, "lexical": text.lower(), "display": text, "words": words}
    return {
        "recognitionStatus": "Success",
        "channel": 0,
        **_times("offset", start),
        **_times("duration", end - start),
        "locale": locale,
        "nBest": [best],
    }


def _fast_phrase(start: float, end: float, text: str, locale: str) -> dict[str, Any]:
    words = [
        {"text": word, "offsetMilliseconds": round(at * 1000), "durationMilliseconds": round(length * 1000)}
        for at, length, word in _words(start, end, text)
    ]
    return {
        "channel": 0,
        "offsetMilliseconds": round(start * 1000),
        "durationMilliseconds": round((end - start) * 1000),
        "text": text,
        "words": words,
        "locale": locale,
        "confidence": 0.9,
    }


def _words(start: float, end: float, text: str) -> Iterator[tuple[float, float, str]]:
    words = text.split()
    length = (end - start) / len(words)
    return ((start + index * length, length, word) for index, word in enumerate(words))


def _times(name: str, seconds: float) -> dict[str, Any]:
    return {
        name: f"PT{seconds:.2f}S",
        f"{name}InTicks": round(seconds * TICKS_PER_SECOND),
        f"{name}Milliseconds": round(seconds * 1000),
    }
