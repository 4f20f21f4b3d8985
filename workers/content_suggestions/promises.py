"""What a post must not promise in a creator's name, unless the creator promised it: gifts, discounts, meetings.

What is asked for and what is forbidden meet here: a kind of promise that the creator's own words hold is the
creator's to make, whatever the language; what their words deny is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

_KINDS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        kind: re.compile(rf"\b(?:{pattern})", re.IGNORECASE)
        for kind, pattern in {
            "something free": r"for free|free (?:\w+ )?(?:content|videos?|photos?|pics?|months?|weeks?|days?|trials?"
            r"|access|gifts?|subs?|subscriptions?|ppvs?|messages?|preview)\b|free of charge|gratuit\w*|offert[es]*\b"
            r"|gratis|grátis|kostenlos\w*|umsonst\b|omaggio|de regalo\b|cadeau pour (?:toi|vous)|giveaways?|sorteos?"
            r"|sorteio|gewinnspiel|concours\b|無料",
            "a discount": r"discounts?|half price|reduced price|\d{1,2}\s?% (?:off|de)\b|% off\b|on sale\b|remises?\b"
            r"|réductions?|promos?\b|soldes\b|descuentos?|rebajas?\b|descontos?|rabatte?n?\b|sconti\b|sconto|割引",
            "a refund or a guarantee": r"refund\w*|money.?back|guarantee\w*|rembours\w*|garanti\w*|reembols\w*|garantiz\w*"
            r"|garantid\w*|erstatt\w*|geld zurück|rimbors\w*|garantit\w*|返金",
            "a meeting": r"meet (?:up|me|you|in person|irl)\b|in person\b|come over\b|rendez.?vous\b|se rencontrer"
            r"|en vrai\b|en persona\b|quedar conmigo|pessoalmente|de perto comigo|triff mich|treffen wir|persönlich"
            r" treffen|di persona|incontrarci|直接会",
            "an answer to everybody": r"(?:reply|respond|answer) to (?:everyone|every|all)\b|answer (?:everyone|every|all)\b"
            r"|réponds à (?:tous|toutes|tout le monde)|respondo a tod[oa]s|respondo (?:todos|todas)\b"
            r"|antworte (?:allen|jedem)|rispondo a tutt[ie]",
            "a custom request": r"custom (?:videos?|content|pics?|requests?)|made just for you|video ?calls?|appel vidéo"
            r"|sur mesure|personalizad[oa]s?\b|videollamadas?|videochamadas?|videoanrufe?|auf wunsch\b|videochiamat\w*",
        }.items()
    }
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|don'?t|aucune?|jamais|sans|pas de|sin|nunca|sem|não|kein\w*|nie|ohne|senza|niente|mai)"
    r"(?:\s+\w+){0,2}\s+$",
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
        if any(not _DENIED.search(text[: found.start()]) for found in pattern.finditer(text)):
            yield kind


def unmade_promises(text: str, given: Iterable[str]) -> Iterator[str]:
    """Name the kinds of promises that a text makes and none of the creator's own words does."""
    made = {kind for said in given for kind in promises_of(said)}
    return (kind for kind in promises_of(text) if kind not in made)


def amounts_of_money(text: str) -> frozenset[float]:
    """Return the amounts of money that a text names."""
    found = (match[1] or match[2] for match in _MONEY.finditer(text))
    return frozenset(float(amount.replace(",", ".")) for amount in found)
