"""What no post promises in a creator's name unless the creator did: gifts, discounts, meetings.

What is asked for and what is forbidden meet here: a kind of promise that the creator's own words hold is the
creator's to make, whatever the language; what their words deny is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

#: In English, French, Spanish, Portuguese, German, Italian and Japanese, as regular expressions.
_PHRASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "something free": (
            r"for free|free of charge|giveaways?",
            r"free (?:\w+ )?(?:access|content|days?|gifts?|messages?|months?|photos?|pics?)\b",
            r"free (?:\w+ )?(?:ppvs?|previews?|subs?|subscriptions?|trials?|videos?|weeks?)\b",
            r"gratuit\w*|offert[es]*\b|cadeau pour (?:toi|vous)|concours\b",
            r"gratis|de regalo\b|sorteos?|grátis|sorteio",
            r"kostenlos\w*|umsonst\b|gewinnspiel|omaggio",
            "無料",
        ),
        "a discount": (
            r"discounts?|half price|reduced price|on sale\b",
            r"\d{1,2}\s?% (?:off|de|rabatt|menos|di sconto)\b|[-\u2212]\s?\d{1,2}\s?%",
            r"remises?\b|réductions?|promos?\b|soldes\b",
            r"descuentos?|rebajas?\b|descontos?",
            r"rabatte?n?\b|sconti\b|sconto",
            "割引",
        ),
        "a refund or a guarantee": (
            r"refund\w*|money.?back|guarantee\w*",
            r"rembours\w*|garanti\w*",
            r"reembols\w*|garantiz\w*|garantid\w*",
            r"erstatt\w*|geld zurück|rimbors\w*",
            "返金",
        ),
        "a meeting": (
            r"meet (?:up|me|you|in person|irl)\b|in person\b|come over\b",
            r"se rencontrer|(?:se|te|vous) voir en vrai\b",
            r"en persona\b|quedar conmigo|pessoalmente",
            r"triff mich|treffen wir|persönlich treffen|di persona|incontrarci",
            "直接会",
        ),
        "an answer to everybody": (
            r"(?:reply|respond|answer) (?:to )?(?:everyone|every|all)\b",
            r"réponds à (?:tous|toutes|tout le monde)",
            r"respondo a? ?tod[oa]s|antworte (?:allen|jedem)|rispondo a tutt[ie]",
        ),
        "a custom request": (
            r"custom (?:content|pics?|requests?|videos?)|made just for you|video ?calls?",
            r"appel vidéo|sur mesure",
            r"personalizad[oa]s?\b|videollamadas?|videochamadas?",
            r"videoanrufe?|auf wunsch\b|videochiamat\w*",
        ),
    }
)
_KINDS = {
    kind: re.compile(rf"(?:\b|(?=[^\x00-\u2fff]|[-\u2212]))(?:{'|'.join(phrases)})", re.IGNORECASE)
    for kind, phrases in _PHRASES.items()
}
#: `no feet`, `pas de pieds`: what is left names what is never said.
DENIAL = re.compile(
    r"\s*(?:no|not|never|without|don'?t|aucune?|jamais|sans|pas de|pas d'|sin|nunca|sem|não|kein\w*|nie|ohne"
    r"|senza|niente|mai)\s+",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|don'?t|aucune?|jamais|sans|pas de|sin|nunca|sem|não|kein\w*|nie|ohne|senza"
    r"|niente|mai)(?:\s+\w+){0,2}\s+$",
    re.IGNORECASE,
)
#: `$15`, `15 €`, `15 euros`.
_MONEY = re.compile(
    r"(?:[$€£¥]\s?(\d+(?:[.,]\d{1,2})?)|(\d+(?:[.,]\d{1,2})?)\s?(?:[$€£¥]|(?:dollars?|bucks|euros?|pounds?|usd|eur|gbp)\b))",
    re.IGNORECASE,
)


def promises_of(text: str) -> Iterator[str]:
    """Name the kinds of promises that a text makes."""
    for kind, pattern in _KINDS.items():
        if affirms(text, pattern):
            yield kind


def affirms(text: str, pattern: re.Pattern[str]) -> bool:
    """Say whether a text holds a pattern somewhere without a word before it that denies it."""
    return any(not _DENIED.search(text[: found.start()]) for found in pattern.finditer(text))


def unmade_promises(text: str, given: Iterable[str]) -> Iterator[str]:
    """Name the kinds of promises that a text makes and none of the creator's own words does."""
    made = {kind for said in given for kind in promises_of(said)}
    return (kind for kind in promises_of(text) if kind not in made)


def amounts_of_money(text: str) -> frozenset[float]:
    """Return the amounts of money that a text names."""
    found = (match[1] or match[2] for match in _MONEY.finditer(text))
    return frozenset(float(amount.replace(",", ".")) for amount in found)
