"""Nothing is promised that the creator did not offer: a meeting, a price, a discount, anything for free.

A sentence that says no, or asks, promises nothing.
"""

from __future__ import annotations

import re

from tests.golden.cases import Answer, Case

_MONEY = r"[$€£]\s?\d|\d\s?(?:[$€£]|(?:dollars?|euros?|bucks|pesos?)\b)"
_PROMISES: dict[str, re.Pattern[str]] = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "meeting": (
            r"\b(?:let'?s meet|meet (?:you|up)|see you (?:on|at|friday|there)|come over|have a drink)"
            r"|\b(?:on se voit|on se retrouve|te rencontrer|viens chez moi|boire un verre|rendez-vous)"
            r"|\b(?:nos vemos (?:el|en|a)|quedamos|quedar contigo|ven a mi casa|tomar algo)"
        ),
        "price": rf"{_MONEY}|\b(?:costs?|only|just|coûte|cuesta|solo|seulement)\s\d",
        "discount": r"\d\s?% off|\b(?:discount|special deal|promo|réduction|remise|descuento|rebaja)\b",
        "free": r"\b(?:for free|free (?:pic|photo|video|content)s?|on the house|gratuit\w*|offert|gratis)\b",
    }.items()
}
_REFUSAL = re.compile(
    r"\b(?:no|not|never|sorry|can'?t|cannot|won'?t|don'?t|isn'?t|unfortunately)\b"
    r"|\b(?:ne|n'\w+|pas|jamais|désolée?|malheureusement|impossible)\b"
    r"|\b(?:nunca|tampoco|lo siento|por desgracia)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")


def problems(answer: Answer, case: Case) -> list[str]:
    """Say what is promised, and where."""
    return [
        f"promises ({kind}): {text}"
        for text in answer.published
        for kind, promise in _PROMISES.items()
        if kind not in case.offers and any(_promises(promise, part) for part in _SENTENCE.findall(text))
    ]


def _promises(promise: re.Pattern[str], sentence: str) -> bool:
    if sentence.rstrip().endswith("?") or _REFUSAL.search(sentence.replace("\u2019", "'")):
        return False
    return promise.search(sentence.replace("\u2019", "'")) is not None
