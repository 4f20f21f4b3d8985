"""How much thought a message takes: told by rules where they can, by a small model where they cannot.

The rules cost nothing and know little: a few signs of a plain message, a few of a hard one. What lies between
is undecided, and is a small model's to sort, if the task says that it matters. Nobody's verdict is STANDARD.
"""

from __future__ import annotations

import re
import unicodedata

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
_AMOUNT = re.compile(
    r"(?:[$€£¥₹]\s?\d)|(?:\d\s?(?:[$€£¥₹%]|usd\b|eur\b|gbp\b|dollars?\b|euros?\b|bucks\b))", re.IGNORECASE
)
_WORD = re.compile(r"\w+")

#: Beginnings of words after which a wrong reply costs money or trust, in the languages creators write most:
#: refunds, disputes, law, fraud, harm. They are few, because each makes a message dear.
_WEIGHTY = re.compile(
    r"\b(?:refund|charge ?back|dispute|lawyer|attorney|lawsuit|sue\b|suing|police|court\b|contract|scam|fraud"
    r"|stolen|suicid|kill myself|underage|tax(?:es)?\b|invoice"
    r"|rembours|avocat|plainte|tribunal|contrat|arnaque|escroc|impôt|facture"
    r"|reembols|devoluci|abogad|demandar|denuncia|estafa|contrato|factura|impuesto"
    r"|advogad|processar|golpe\b|fatura|imposto"
    r"|rückerstatt|erstattung|anwalt|anwält|klage|polizei|gericht|vertrag|betrug|rechnung|steuer"
    r"|rimborso|avvocat|denunci|truffa|contratto|fattura"
    r"|возврат|адвокат|юрист|полици|мошенни|договор)",
    re.IGNORECASE,
)
#: The same where words have no spaces.
_WEIGHTY_UNSPACED = re.compile(
    "退款|退钱|律师|律師|起诉|报警|合同|诈骗|返金|弁護士|訴え|警察|詐欺|契約|환불|변호사|고소|경찰|사기|계약"
)
#: More than one thing at once.
_STEPS = re.compile(
    r"\b(?:first|then|finally|instead|unless|compare|difference between|step by step|explain why)\b",
    re.IGNORECASE,
)


def complexity_of(text: str) -> Complexity | None:
    """Return how much thought a message takes as far as rules can tell; `None` when they cannot."""
    text = unicodedata.normalize("NFC", text).strip()
    if _WEIGHTY.search(text) or _WEIGHTY_UNSPACED.search(text) or len(text) > _COMPLEX_CHARACTERS:
        return Complexity.COMPLEX
    questions, numbers = len(_QUESTION.findall(text)), len(_NUMBER.findall(text))
    amounts, steps = len(_AMOUNT.findall(text)), len(_STEPS.findall(text))
    if questions >= _COMPLEX_QUESTIONS or amounts >= _COMPLEX_AMOUNTS:
        return Complexity.COMPLEX
    if _is_plain(text) and not (questions or numbers):
        return Complexity.SIMPLE
    if len(text) <= _STANDARD_CHARACTERS and questions <= 1 and numbers <= 1 and not (amounts or steps):
        return Complexity.STANDARD
    return None


def _is_plain(text: str) -> bool:
    """Tell whether a text is as short as a greeting; a Chinese character counts as a word."""
    words = len(_WORD.findall(text))
    dense = sum(
        unicodedata.east_asian_width(character) in {"W", "F"} and character.isalpha() for character in text
    )
    return len(text) <= _SIMPLE_CHARACTERS and words <= _SIMPLE_WORDS and dense <= _SIMPLE_WORDS
