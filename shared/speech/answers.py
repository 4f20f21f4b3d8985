"""Reading the speech service's JSON: the result file of a batch, and the answer of a fast transcription.

What is missing or odd in a phrase costs that phrase, never the transcript.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.speech.port import SpokenPhrase, SpokenText, SpokenWord, Way

#: A tick is 100 nanoseconds.
TICKS_PER_SECOND = 10_000_000
_MS_PER_SECOND = 1_000


def batch_text(result: Any) -> SpokenText | None:
    """Return what the result file of a batch transcription says, or `None` if it is no such file."""
    if not isinstance(result, Mapping) or not isinstance(result.get("recognizedPhrases"), list):
        return None
    phrases = sorted(_batch_phrases(result["recognizedPhrases"]), key=lambda phrase: phrase.start_seconds)
    seconds = _seconds(result, "duration")
    return _spoken(phrases, _combined(result.get("combinedRecognizedPhrases"), "display"), seconds, Way.BATCH)


def fast_text(answer: Any) -> SpokenText | None:
    """Return what a fast transcription's answer says, or `None` if it is no such answer."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("phrases"), list):
        return None
    phrases = [phrase for phrase in map(_fast_phrase, answer["phrases"]) if phrase]
    seconds = _seconds(answer, "duration")
    return _spoken(phrases, _combined(answer.get("combinedPhrases"), "text"), seconds, Way.FAST)


def main_language(phrases: Iterable[SpokenPhrase]) -> str | None:
    """Return the language that most is said in, by characters."""
    said: Counter[str] = Counter()
    for phrase in phrases:
        if phrase.language:
            said[phrase.language] += len(phrase.text)
    return said.most_common(1)[0][0] if said else None


def _spoken(phrases: Sequence[SpokenPhrase], combined: str, seconds: float, way: Way) -> SpokenText:
    return SpokenText(
        text=combined or " ".join(phrase.text for phrase in phrases),
        phrases=tuple(phrases),
        language=main_language(phrases),
        audio_seconds=seconds,
        way=way,
    )


def _combined(parts: Any, field: str) -> str:
    """Return the text of the first channel: sound is sent as mono."""
    first = parts[0] if isinstance(parts, list) and parts else None
    text = first.get(field) if isinstance(first, Mapping) else None
    return text.strip() if isinstance(text, str) else ""


def _batch_phrases(phrases: Iterable[Any]) -> Iterator[SpokenPhrase]:
    for phrase in phrases:
        if not isinstance(phrase, Mapping) or phrase.get("recognitionStatus") != "Success":
            continue
        best = phrase.get("nBest")
        heard = best[0] if isinstance(best, list) and best else None
        if isinstance(heard, Mapping) and (found := _phrase(phrase, heard, "display")):
            yield found


def _fast_phrase(phrase: Any) -> SpokenPhrase | None:
    return _phrase(phrase, phrase, "text") if isinstance(phrase, Mapping) else None


def _phrase(phrase: Mapping[str, Any], heard: Mapping[str, Any], field: str) -> SpokenPhrase | None:
    text = heard.get(field)
    if not isinstance(text, str) or not text.strip():
        return None
    language = phrase.get("locale")
    start = _seconds(phrase, "offset")
    return SpokenPhrase(
        start_seconds=start,
        end_seconds=start + _seconds(phrase, "duration"),
        text=text.strip(),
        language=language if isinstance(language, str) and language else None,
        words=tuple(_words(heard.get("displayWords") or heard.get("words"))),
    )


def _words(words: Any) -> Iterator[SpokenWord]:
    for word in words if isinstance(words, list) else ():
        text = (
            (word.get("displayText") or word.get("word") or word.get("text"))
            if isinstance(word, Mapping)
            else None
        )
        if isinstance(text, str) and text.strip():
            start = _seconds(word, "offset")
            end = start + _seconds(word, "duration")
            yield SpokenWord(start_seconds=start, end_seconds=end, text=text.strip())


def _seconds(part: Mapping[str, Any], name: str) -> float:
    """Return a time that is given in ticks (exactly) or in milliseconds; 0 if it is given in neither."""
    for field, unit in ((f"{name}InTicks", TICKS_PER_SECOND), (f"{name}Milliseconds", _MS_PER_SECOND)):
        value = part.get(field)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return value / unit
    return 0.0
