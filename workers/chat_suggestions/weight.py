"""Whether a small model answers a message well: told by signs that it doesn't, in process.

A light message has a substance of its own that is read in one glance: a day at work, a favourite film, a dog.
What takes memory, bargaining, or a careful word is heavy: money, a complaint, grief, what was said or
promised before, age, meetings, private data, and anything long. A heavy message taken for light costs
quality; a light one taken for heavy costs a third of a cent for ten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.ai.complexity import complexity_of
from shared.ai.port import Complexity
from workers.chat_suggestions.everyday import GRAVE, Line
from workers.chat_suggestions.phrases.grammar import plain

#: Two thoughts or three.
MAX_LIGHT_MESSAGE_CHARACTERS = 240
MAX_QUESTIONS = 2
#: What was spoken of a while ago is over.
_RECENT_LINES = 3
#: A small model is shown the last ones, too: only what is older takes a better memory.
_SHOWN_LINES = 2

#: Beginnings of words; a word that is in two lines is in both languages.
_STEMS = """
    paid payment paying refund charge money dollar bucks euro euros pounds tipped tipping discount
    expensive cheap afford invoice unsubscri renew cancel payé payer rembours argent cher tarif réduction
    désabonn annul pagué pagar pago dinero dólar caro cara barat descuento bezahl geld teuer rabatt
    dinheiro pagato soldi sconto disappoint scam fake liar lied lying ignor angry furious upset rude
    complain report block jealous cheated déçu arnaque menteu menti colère fâch énerv signal bloqu jaloux
    trompé decepcion estafa falso mentir mentira enojad enfadad molest queja denunci bloque celos
    enttäusch betrug lüge wütend enganad raiva delus truffa bugia broke breakup heartbr hurts hurting
    cried anxi panic scared afraid struggl suffer divorc fired miscarr abus rupture séparé largué pleur
    angoiss souffr viré licenci ruptura llor ansiedad miedo sufr despid despedid duele angst weine sofrend
    underage teen teenag school homework minor mineur collège lycée menor colegio escuela hotel address
    whatsapp telegram snapchat paypal venmo cashapp kik skype adresse habites dirección treffen wohnst
    endereço incontr indirizzo chatter agency assistant robot agence agencia
"""
_PHRASES = (
    r"years? (?:old|younger)|where is my|did ?nt (?:get|receive)|have ?nt (?:got|received)|only got"
    r"|still waiting|hate (?:you|this|my)|where do you live|in person|(?:phone|your|my) number|real name"
    r"|meet (?:up|you|me|in)|can we meet|passed away|lost my|kill my|are you (?:real|a bot)|really you"
    r"|vrai nom|(?:ton|mon) numero|te rencontrer|se rencontrer|en vrai|jai (?:pas )?recu|vraiment toi"
    r"|nombre real|(?:tu|mi) numero|conocernos|vernos|en persona|donde vives|quedar contigo"
    r"|no (?:me )?llego|de verdad eres"
)
#: What was said before has to be known, where anything was.
_MEMORY = re.compile(
    r"\b(?:remember|last time|you (?:said|told|promised|mentioned)|told you|as promised|we (?:talked|spoke)"
    r"|souvien\w*|rappel\w*|tu m?(?:as|avais) dit|tavais dit|derniere fois|comme promis|tu parlais"
    r"|recuerd\w*|acuerd\w*|(?:me )?dijiste|ultima vez|prometiste|erinner\w*|lembra\w*|ricord\w*)\b"
)
#: Short words are whole, so that `tip` is no beginning of `tipsy`.
_WHOLE_CHARACTERS = 4
_AMOUNT = re.compile(r"[$€£]")


def _pattern(stems: str) -> re.Pattern[str]:
    words = sorted(set(plain(stems).split()))
    whole = "|".join(word for word in words if len(word) <= _WHOLE_CHARACTERS)
    begun = "|".join(word for word in words if len(word) > _WHOLE_CHARACTERS)
    return re.compile(rf"\b(?:(?:{whole})s?\b|(?:{begun})|(?:{_PHRASES})\b)")


_HEAVY = _pattern(_STEMS)
#: A chapter "killed me" more often than anybody did.
_GRAVE = GRAVE - {"killed"}


def is_light(message: str, earlier: Sequence[Line] = (), *, has_tier: bool = False) -> bool:
    """Say whether a small model is to be asked first.

    Args:
        message: what the fan writes now.
        earlier: what was said before, the oldest first.
        has_tier: the fan pays for a better reply.
    """
    if has_tier or len(message) > MAX_LIGHT_MESSAGE_CHARACTERS or message.count("?") > MAX_QUESTIONS:
        return False
    said, before = plain(message), [plain(line.text) for line in earlier]
    if complexity_of(message) is Complexity.COMPLEX or is_delicate(said) or _is_grave(said):
        return False
    recalls = len(before) > _SHOWN_LINES and _MEMORY.search(said)
    return not (recalls or any(map(_is_grave, before[-_RECENT_LINES:])))


def is_delicate(said: str) -> bool:
    """Say whether a text, in plain letters, speaks of money, a quarrel, pain, age or private data."""
    return bool(_AMOUNT.search(said) or _HEAVY.search(said))


def _is_grave(said: str) -> bool:
    return not _GRAVE.isdisjoint(re.findall(r"\w+", said))
