"""A day of fan messages: made by a recipe and a seed, or read from a file.

The recipe, all of it assumption except where a source is named: 50 creators and 5,000 messages (the founding
document's beta); messages per creator and per fan are long-tailed; a conversation has sessions of a few
messages, most of them in the evening; a session mostly opens with something everyday, and 45 % of all
messages are everyday. People vary what they write (case, drawn-out letters, emojis, typing errors,
punctuation) as often as it takes for 18 % of messages to be exact copies of an earlier one of anybody: the
share that a study of 100,000 production queries found. Messages with a substance come from sentences with
gaps. 40 % of creators are English, 30 % French, 30 % Spanish; one fan in twelve writes in any of the three.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SEED = 20_261_125
CREATORS = 50
MESSAGES = 5_000
EVERYDAY_SHARE = 0.45

_PHRASES = Path(__file__).with_name("phrases.json")
_LANGUAGES = ("en", "fr", "es")
_SHARES = (0.4, 0.3, 0.3)
_FOREIGN = 1 / 12
#: How busy each hour of the day is, from midnight on.
_HOURS = (5, 3, 2, 1, 1, 1, 2, 4, 5, 5, 5, 6, 7, 7, 6, 6, 7, 9, 11, 13, 15, 16, 14, 9)
_EMOJIS = ("❤️", "😍", "🔥", "😘", "😂", "🥰", "😊", "💋")
_DAY_SECONDS = 86_400.0
_IN_A_ROW_SECONDS = 8.0
#: How many times likelier than on the average a session's first message is to be everyday, and the rest.
_OPENS, _GOES_ON = 1.5, 0.78
#: How often a message is varied in each way.
_CAPITALS, _DRAWN_OUT, _MISTYPED, _PUNCTUATED = 0.3, 0.12, 0.08, 0.3
_EMOJIS_EVERYDAY, _EMOJIS_ELSEWHERE = 0.42, 0.15


@dataclass(frozen=True, kw_only=True)
class FanMessage:
    """One message of a fan."""

    creator_id: str
    fan_id: str
    conversation_id: str
    text: str
    #: Seconds since midnight.
    at: float
    #: What the creator's front end says the language is, where known.
    language: str | None = None


def day(
    seed: int = SEED, *, messages: int = MESSAGES, everyday_share: float = EVERYDAY_SHARE, burst: float = 1.0
) -> list[FanMessage]:
    """Return a day's messages in the order in which they were written.

    Args:
        seed: the same one makes the same day.
        messages: how many.
        everyday_share: how many of them are everyday ones.
        burst: how many a fan writes in a row before he waits for an answer, on the average (geometric).
    """
    chance = random.Random(seed)  # noqa: S311 - the same seed must make the same day
    creators = _creators()
    written: list[FanMessage] = []
    conversation = 0
    while len(written) < messages:
        conversation += 1
        creator_id, language, _ = chance.choices(creators, [weight for *_, weight in creators])[0]
        if chance.random() < _FOREIGN:
            language = chance.choice(_LANGUAGES)
        names = (creator_id, f"fan-{seed}-{conversation}", f"conversation-{seed}-{conversation}", language)
        written += _conversation(names, chance, everyday_share, burst)
    return sorted(written[:messages], key=lambda message: message.at)


def read(path: Path) -> list[FanMessage]:
    """Return the messages of a file: one JSON object a line.

    It has `creatorId`, `fanId`, `conversationId` and `text`, and may have `at` (seconds since midnight) and
    `language`; without `at` they are spread over a day.
    """
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        FanMessage(
            creator_id=str(line["creatorId"]),
            fan_id=str(line["fanId"]),
            conversation_id=str(line["conversationId"]),
            text=str(line["text"]),
            at=float(line.get("at", number * _DAY_SECONDS / len(lines))),
            language=line.get("language"),
        )
        for number, line in enumerate(lines)
    ]


def has_times(path: Path) -> bool:
    """Say whether a file tells when its messages were written."""
    with path.open(encoding="utf-8") as lines:
        return "at" in json.loads(next((line for line in lines if line.strip()), "{}"))


def exact_duplicates(messages: Sequence[FanMessage]) -> float:
    """Return the share of messages that copy an earlier one of anybody, to the letter."""
    return 1 - len({message.text for message in messages}) / len(messages)


@cache
def _creators() -> tuple[tuple[str, str, float], ...]:
    """Return each creator's name, language and share of the messages: the same on every day."""
    chance = random.Random(SEED)  # noqa: S311 - as above
    return tuple(
        (f"creator-{number}", chance.choices(_LANGUAGES, _SHARES)[0], chance.lognormvariate(0, 0.8))
        for number in range(CREATORS)
    )


def _conversation(
    names: tuple[str, str, str, str], chance: random.Random, everyday_share: float, burst: float
) -> Iterator[FanMessage]:
    creator_id, fan_id, conversation_id, language = names
    for _ in range(min(4, int(chance.paretovariate(1.6)))):
        at = (chance.choices(range(24), _HOURS)[0] + chance.random()) * 3600
        length = min(12, int(chance.paretovariate(0.9)))
        for turn in range(length):
            text = _text(language, turn, length, chance, everyday_share)
            yield FanMessage(
                creator_id=creator_id,
                fan_id=fan_id,
                conversation_id=conversation_id,
                text=text,
                at=min(at, _DAY_SECONDS - 1),
                language=language,
            )
            if burst > 1 and chance.random() < 1 - 1 / burst:
                at += _IN_A_ROW_SECONDS
            else:
                at += chance.lognormvariate(4.2, 1.0)  # a minute and a bit, sometimes many


def _text(language: str, turn: int, length: int, chance: random.Random, everyday_share: float) -> str:
    known = _phrases()[language]
    if chance.random() < everyday_share * (_OPENS if turn == 0 else _GOES_ON):
        part = "opening" if turn == 0 else "closing" if turn == length - 1 and length > 1 else "middle"
        return _as_typed(_usual(known["everyday"][part], chance), chance)
    values = {name: chance.choice(options) for name, options in known["values"].items()}
    values |= {f"{name}2": chance.choice(known["values"][name]) for name in ("day", "place")}
    numbers = {
        "number": chance.randint(2, 60),
        "number2": chance.randint(2, 20),
        "hours": chance.randint(1, 9),
    }
    sentence = chance.choice(known["substance"]).format(**values, **numbers)
    return _as_typed(sentence, chance, emojis=_EMOJIS_ELSEWHERE)


def _usual(options: Sequence[str], chance: random.Random) -> str:
    """Choose one; the first are the commonest (Zipf)."""
    return chance.choices(options, [1 / (rank + 3) for rank in range(len(options))])[0]


def _as_typed(text: str, chance: random.Random, *, emojis: float = _EMOJIS_EVERYDAY) -> str:
    if chance.random() < _CAPITALS:
        text = text[:1].upper() + text[1:]
    if chance.random() < _DRAWN_OUT and text[-1:].isalpha():
        text += text[-1] * chance.randint(1, 4)
    if chance.random() < _MISTYPED:
        text = _mistyped(text, chance)
    if chance.random() < _PUNCTUATED:
        text += chance.choice(("!", "!!", "...", ".", " !", "~"))
    if chance.random() < emojis:
        text += " " + chance.choice(_EMOJIS) * chance.choice((1, 1, 1, 2, 3))
    return text


def _mistyped(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return (
        chance.choice(
            (
                text[:at] + text[at + 1 :],
                text[:at] + text[at : at + 1] * 2 + text[at + 1 :],
                text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
            )
        )
        or text
    )


@cache
def _phrases() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(_PHRASES.read_text(encoding="utf-8"))
    return known


@cache
def words(language: str) -> tuple[str, ...]:
    """Return words of a language, from what fans write in it every day.

    Others would matter: where illness is spoken of, or a number, no ready line is served.
    """
    known = _phrases()[language if language in _LANGUAGES else "en"]
    said = " ".join(text for part in known["everyday"].values() for text in part).split()
    return tuple(sorted({word for word in said if word.isalpha()}))


def name_of(fan_id: str, language: str | None) -> str:
    """Return what a fan is called, always the same."""
    names: list[str] = _phrases()[language or "en"]["names"]
    return names[sum(fan_id.encode()) % len(names)]
