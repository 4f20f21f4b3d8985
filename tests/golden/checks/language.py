"""The answer is written in the language that was asked for.

A guess among three languages by the words that carry no meaning, which even a short text has, and by letters
that the others lack. A text that has none of either is not judged.
"""

from __future__ import annotations

import re

from tests.golden.cases import Answer, Case


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS: dict[str, frozenset[str]] = {
    "en": _words(
        "the an and or but of to in on at for with is are was were be been it its i'm you your yours "
        "my me we they this that what when how why who do does did don't have has had will would can "
        "could not so just more most if then than there here from about as by up out all some i'd i've "
        "you're let's tell thank thanks hey hello day night now today keep never always"
    ),
    "fr": _words(
        "le la les un une des du de et ou mais au aux en dans sur pour avec est sont était être je tu il "
        "elle nous vous ils mon ma mes ton ta tes son sa ses ce cet cette ces que qui quoi quand comment "
        "pourquoi me ne pas plus si alors très trop bien tout tous moi toi merci coucou bonjour jour nuit "
        "d'être c'est j'ai j'adore qu'est-ce dis raconte jamais toujours chez par leur"
    ),
    "es": _words(
        "el la los las un una unos unas de del y o pero al en con por para es son era ser yo tú él ella "
        "nosotros mi mis tu tus su sus este esta estos que qué quien cuando cómo por porque más si sí "
        "muy bien todo todos me te se lo le hola gracias día noche dime cuéntame nunca siempre está "
        "estoy ha he has eres hay sin ya"
    ),
}
_LETTERS: dict[str, str] = {"fr": "èêëçœùûîïâ", "es": "ñ¿¡áíó"}
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
#: How much more a language must have than the next to be told apart.
_LEAD = 1.0


def guess(text: str) -> str | None:
    """Return `en`, `fr` or `es`, or `None` where a text does not tell."""
    folded = text.casefold().replace("\u2019", "'")
    words = _WORD.findall(folded)
    scores = {
        language: sum(word in known or word.partition("'")[0] in known for word in words)
        + 2 * sum(letter in _LETTERS.get(language, "") for letter in folded)
        for language, known in _WORDS.items()
    }
    first, second = sorted(scores, key=lambda language: -scores[language])[:2]
    return first if scores[first] - scores[second] >= _LEAD else None


def problems(answer: Answer, case: Case) -> list[str]:
    """Say what is written in another language, and whether the result says it is."""
    wrong = [text for text in answer.texts if guess(text) not in {None, case.language}]
    found = [f"not {case.language} but {guess(text)}: {text}" for text in wrong]
    claimed = answer.language.partition("-")[0].casefold()
    if claimed != case.language:
        found.append(f"claims to be {answer.language!r}, wanted is {case.language}")
    return found
