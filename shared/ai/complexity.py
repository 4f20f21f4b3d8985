"""How much thought a message takes: told by rules where they can, by a small model where they cannot.

The rules cost nothing and know little: a few signs of a plain message, a few of a hard one. What lies between
is undecided, and is a small model's to sort, if the task says that it matters. Nobody's verdict is STANDARD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from shared.ai.port import Complexity

#: A greeting, a compliment, an emoji.
_SIMPLE_CHARACTERS = 40
_SIMPLE_WORDS = 6
#: One thought; beyond it, several are likely.
_STANDARD_CHARACTERS = 240
#: A story: whatever it asks takes reading.
_COMPLEX_CHARACTERS = 1_600
_COMPLEX_QUESTIONS = 3
_COMPLEX_AMOUNTS = 2

#: Question marks of the scripts that have their own (Greek's is a semicolon, and too common to count).
_QUESTION = re.compile(r"[?？؟՞፧⁇⁈⁉]+")  # noqa: RUF001 - that is what they are
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_AMOUNT = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:[$€£¥₹%]|(?:usd|eur|gbp|dollars?|euros?|bucks)\b)")
_WORD = re.compile(r"\w+")

#: Words, and beginnings of words, after which a wrong reply costs money or trust, in the languages creators
#: write most: refunds, disputes, law, fraud, harm. They are few, because each makes a message dear.
_WEIGHTY_WORDS = frozenset(
    ("sue", "suing", "court", "tax", "taxes", "golpe", "klage", "betrug", "impôt", "impôts")
)
_WEIGHTY_STEMS = (
    *("refund", "chargeback", "dispute", "lawyer", "attorney", "lawsuit", "police", "contract", "invoice"),
    *("scam", "fraud", "stolen", "suicid", "underage"),
    *("rembours", "avocat", "plainte", "tribunal", "contrat", "arnaque", "escroc", "facture"),
    *("reembols", "devoluci", "abogad", "demandar", "denuncia", "estafa", "factura", "impuesto"),
    *("advogad", "processar", "fatura", "imposto"),
    *("rückerstatt", "erstattung", "anwalt", "anwält", "polizei", "gericht", "vertrag", "rechnung", "steuer"),
    *("rimbors", "avvocat", "truffa", "fattura"),
    *("возврат", "адвокат", "юрист", "полици", "мошенни", "договор"),
)
#: So long are all the stems at least: most words are told by their beginnings alone.
_HEAD = 4
_WEIGHTY_HEADS = frozenset(stem[:_HEAD] for stem in _WEIGHTY_STEMS)
#: The same in two words, and where words have no spaces.
_WEIGHTY_PHRASES = (
    *("charge back", "kill myself"),
    *("退款", "退钱", "律师", "律師", "起诉", "报警", "合同", "诈骗"),
    *("返金", "弁護士", "訴え", "警察", "詐欺", "契約", "환불", "변호사", "고소", "경찰", "사기", "계약"),
)
#: More than one thing at once.
_STEPS = frozenset(("first", "then", "finally", "instead", "unless", "compare", "difference", "steps"))


def complexity_of(text: str) -> Complexity | None:
    """Return how much thought a message takes as far as rules can tell; `None` when they cannot."""
    if len(text) > _COMPLEX_CHARACTERS:
        return Complexity.COMPLEX
    text = unicodedata.normalize("NFC", text).strip().casefold()
    words = _WORD.findall(text)
    questions, numbers = len(_QUESTION.findall(text)), len(_NUMBER.findall(text))
    amounts = len(_AMOUNT.findall(text))
    if _is_weighty(text, words) or questions >= _COMPLEX_QUESTIONS or amounts >= _COMPLEX_AMOUNTS:
        return Complexity.COMPLEX
    if _is_plain(text, words) and not (questions or numbers):
        return Complexity.SIMPLE
    is_one_thought = questions <= 1 and numbers <= 1 and not amounts and _STEPS.isdisjoint(words)
    return Complexity.STANDARD if is_one_thought and len(text) <= _STANDARD_CHARACTERS else None


def _is_weighty(text: str, words: Sequence[str]) -> bool:
    return any(phrase in text for phrase in _WEIGHTY_PHRASES) or any(
        word in _WEIGHTY_WORDS or (word[:_HEAD] in _WEIGHTY_HEADS and word.startswith(_WEIGHTY_STEMS))
        for word in words
    )


def _is_plain(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text is as short as a greeting; a Chinese character counts as a word."""
    if len(text) > _SIMPLE_CHARACTERS or len(words) > _SIMPLE_WORDS:
        return False
    wide = (
        unicodedata.east_asian_width(character) in {"W", "F"} for character in text if character.isalpha()
    )
    return sum(wide) <= _SIMPLE_WORDS
