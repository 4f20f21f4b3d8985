"""Finding what the platform forbids before a model is asked: the clear cases, in process."""

from __future__ import annotations

from collections.abc import Iterable

from workers.chat_suggestions.forbidden import patterns, refusal
from workers.chat_suggestions.messages import Flag, FlagCode
from workers.chat_suggestions.phrases.grammar import plain

#: What is forbidden stands at the beginning or at the end; reading takes time with each character.
_MAX_CHARACTERS = 1_000
_MAX_EARLIER = 12


def flags_of(fan_message: str, earlier: Iterable[str] = ()) -> list[Flag]:
    """Return what is clearly forbidden in a fan's message, the gravest first.

    Args:
        fan_message: what the fan writes now.
        earlier: the fan's earlier lines: a minor stays one.
    """
    said = _readable(fan_message)
    before = [_readable(text) for text in list(earlier)[-_MAX_EARLIER:]]
    found = [code for code, pattern in patterns().items() if pattern.search(said)]
    if FlagCode.MINOR not in found and any(patterns()[FlagCode.MINOR].search(text) for text in before):
        found.insert(0, FlagCode.MINOR)
    return [Flag(code=code, source="rules") for code in found]


def is_refusal(answer: str) -> bool:
    """Say whether a model's answer is a refusal in plain words, which no repair turns into suggestions."""
    return "{" not in answer and bool(refusal().search(_readable(answer)))


def _readable(text: str) -> str:
    """Return a text as the patterns are written, the middle of a very long one left out."""
    if len(text) > 2 * _MAX_CHARACTERS:
        text = f"{text[:_MAX_CHARACTERS]}\n{text[-_MAX_CHARACTERS:]}"
    return "\n".join(" ".join(line.replace("-", " ").split()) for line in plain(text).splitlines())
