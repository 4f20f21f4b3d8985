"""Which language a text is in, as far as its smallest words tell: cheap, and silent when in doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: Words of grammar that are frequent in one of the languages and rare in the others.
_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        language: frozenset(words.split())
        for language, words in {
            "en": "the and you your are what with this that have for my is it of to just when from was how",
            "fr": "le les des est une vous tu je avec pour dans mon ma mes ton ta ce cette qui pas sur et au",
            "es": "el los las una con por para mi tu que es está muy pero más como qué del y lo se yo",
            "pt": "os uma com por para meu minha você que é está muito mas mais como não do da em eu seu",
            "de": "der die das und ich du ist mit für nicht ein eine mein dein auf zu was wie den dem euch",
            "it": "il gli una con per mio mia tuo che è sono molto ma più come non del della di io cosa",
        }.items()
    }
)
#: Alphabets that belong to one language, or to none of the above.
_ALPHABETS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "ja": re.compile("[\u3040-\u30ff\u3400-\u9fff]"),
        "ko": re.compile("[\uac00-\ud7af]"),
        "ru": re.compile("[\u0400-\u04ff]"),
        "zh": re.compile("[\u3400-\u9fff]"),
        "ar": re.compile("[\u0600-\u06ff]"),
        "el": re.compile("[\u0370-\u03ff]"),
        "he": re.compile("[\u0590-\u05ff]"),
        "th": re.compile("[\u0e00-\u0e7f]"),
    }
)
#: Japanese has these beside the characters that it shares with Chinese.
_KANA = re.compile("[\u3040-\u30ff]")
#: Fewer words of grammar prove nothing.
_PROOF = 3
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str | None:
    """Return the language that a text is certainly in, or `None`."""
    letters = sum(character.isalpha() for character in text)
    for language, alphabet in _ALPHABETS.items():
        if len(alphabet.findall(text)) > letters / 3 and (language != "ja" or _KANA.search(text)):
            return language
    words = [word.casefold() for word in _WORD.findall(text)]
    scores = sorted(
        ((sum(word in known for word in words), language) for language, known in _WORDS.items()), reverse=True
    )
    (best, language), (second, _) = scores[0], scores[1]
    return language if best >= _PROOF and best >= 2 * second else None


def is_foreign(text: str, wanted: str) -> bool:
    """Say whether a text is certainly not in the wanted language, a BCP 47 tag."""
    found, primary = language_of(text), primary_language(wanted)
    return found is not None and primary in {*_WORDS, *_ALPHABETS} and found != primary


def primary_language(tag: str) -> str:
    """Return the language of a BCP 47 tag without its region."""
    return tag.partition("-")[0].casefold()
