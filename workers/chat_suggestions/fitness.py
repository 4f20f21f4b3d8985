"""Whether a small model's answer is good enough, or a better model has to be asked: by strict rules.

These are stricter than what may be shown at all (`workers.chat_suggestions.answer`): a small model slips into
another language, says one thing three times, gives the fan's words back, or promises what nobody offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from shared.ai.answers import UnusableAnswerError
from workers.chat_suggestions.answer import Answer
from workers.chat_suggestions.everyday import is_foreign, primary
from workers.chat_suggestions.phrases.grammar import plain

#: What a phone shows without scrolling.
MAX_FIT_CHARACTERS = 280
#: Independent replies to one message share less than a third of their words (Jaccard).
MOST_SHARED = 0.6
#: A reply that takes so many of its words from the fan's own gives them back.
MOST_REPEATED = 0.8
_FEW_WORDS = 4
#: A shorter word of a creator's limits is grammar.
_TELLING_CHARACTERS = 6
_WORD = re.compile(r"\w+")
#: Negotiated by nobody: money, numbers of it, presents, and meetings, in the languages of `tests/golden`.
_OFFERS = re.compile(
    r"[$€£]|\b\d+ ?(?:dollars?|euros?|bucks|pesos?|usd|eur)\b|\d ?%"
    r"|\b(?:discounts?|promo\w*|for free|free (?:pic|photo|vid|content|gift)\w*|on the house|refund\w*)\b"
    r"|\b(?:gratuit\w*|offert\w*|remise|reduction|gratis|descuento|rebaja|regalo|kostenlos|rabatt|desconto|sconto)\b"
    r"|\b(?:lets meet|meet (?:you|up)|come over|see you (?:on|at|there)|have a drink|in person)\b"
    r"|\b(?:on se voit|on se retrouve|te rencontrer|chez moi|boire un verre|rendez vous)\b"
    r"|\b(?:nos vemos (?:el|en|a)|quedamos|quedar contigo|mi casa|tomar algo|en persona)\b"
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What an answer is held against."""

    #: BCP 47; `None` where nobody can tell.
    language: str | None
    fan_message: str
    #: What the creator never says.
    limits: Sequence[str] = ()


def demand_fit(answer: Answer, expected: Expected) -> None:
    """Let an answer pass that fits.

    Raises:
        UnusableAnswerError: it does not; `problems` says why.
    """
    if problems := list(misfits([draft.text for draft in answer.suggestions], expected)):
        raise UnusableAnswerError(*problems)


def misfits(texts: Sequence[str], expected: Expected) -> Iterator[str]:
    """Say why texts don't fit, in words that a model can mend them by."""
    wanted = primary(expected.language)
    if wanted and is_foreign(texts, wanted):
        yield f"write in {expected.language}."
    if any(len(text) > MAX_FIT_CHARACTERS for text in texts):
        yield f"at most {MAX_FIT_CHARACTERS} characters each."
    if any(_shared(one, other) > MOST_SHARED for one, other in combinations(texts, 2)):
        yield "the replies say the same; write different ones."
    said = _words(expected.fan_message)
    if any(_repeats(_words(text), said) for text in texts):
        yield "a reply repeats the fan's words; answer them."
    if any(_OFFERS.search(plain(text).replace("-", " ")) for text in texts):
        yield "promise and offer nothing: no meeting, price, discount or present."
    if forbidden := frozenset(_telling(expected.limits)):
        yield from ("a reply speaks of what the creator never says." for t in texts if forbidden & _words(t))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain(text)))


def _shared(one: str, other: str) -> float:
    first, second = _words(one), _words(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def _repeats(reply: frozenset[str], said: frozenset[str]) -> bool:
    return len(reply) >= _FEW_WORDS and len(reply & said) >= MOST_REPEATED * len(reply)


def _telling(limits: Iterable[str]) -> Iterator[str]:
    """Yield the words that tell what a limit is about."""
    for limit in limits:
        yield from (word for word in _words(limit) if len(word) >= _TELLING_CHARACTERS)
