"""What the platform forbids, as fans write it: patterns of the clear cases, in six languages.

They are read against small letters without accents and apostrophes. What is only near (a meeting without
money, the name of a wallet, somebody else's age) is left to the model, which reads the conversation.

One pattern a line; a line that begins with `+` goes on with the one before it, and `<name>` is a part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from workers.chat_suggestions.messages import FlagCode

_PARTS = {
    # As much as may stand between two words that belong together, within one sentence.
    "gap": r"[^.!?\n]{0,30}",
    "near": r"[^.!?\n]{0,15}",
    # Eight to seventeen: a smaller number is seldom an age. Nothing but a sentence's end may follow.
    "age": r"(?:[89]|1[0-7])",
    "ends": (
        r"(?=\s*(?:$|[.,:](?!\d)|[!?;)(\n\U0001f300-\U0001faff\u2600-\u27bf]|and\b|but\b|so\b|btw\b|lol\b|haha|tho\b"
        r"|y/?o\b|years? old\b|yrs? old\b))"
    ),
    # Not said of the present, or not meant.
    "not-after": "".join(
        f"(?<!{word} )" for word in ("like", "wish", "if", "when", "since", "until", "think", "say")
    ),
    # In person; a meet and greet is an event.
    "in-person": (
        r"(?:meet(?:ing)?(?: ?up)?(?! (?:and|n|&)\b)(?! ?&)|hook(?:ing)? ?up|in person|irl|in real life"
        r"|come over|sleep with|(?:a|one|the) night with (?:you|u)|an hour with (?:you|u)|spend the night"
        r"|escort)\b"
    ),
    "wallet": (
        r"(?:pay ?pal|cash ?app|venmo|zelle|revolut|western union|money ?gram|bank transfer|wire transfer"
        r"|crypto|bitcoin|btc|usdt|ethereum|apple ?pay|gift ?cards?|paysafe(?:card)?|skrill|iban|lydia"
        r"|virement|bizum|transferencia|mercado ?pago|nequi|uberweisung|pix|bonifico|postepay)\b"
    ),
}

_MINOR = r"""
    <not-after>\b(?:im|i am) (?:only |just |still |actually |turning )?(?:<age>|thirteen|fourteen|fifteen
        + |sixteen|seventeen)\b(?: today| now)?<ends>
    \bi (?:just )?turned <age>\b<ends>
    \b(?:im|i am) (?:still |actually )?(?:under ?age|a minor|under (?:18|eighteen)|not (?:yet |even )?18)\b
    \b(?:im|i am) (?:still )?in (?:middle school|elementary school|[5-9]th grade)\b(?! teach)
    \b(?:child|kiddie|preteen|under ?age)s? (?:porn|nudes?|pics?|photos?|videos?|girls?|boys?)\b
    \b(?:girls?|boys?) (?:under|younger than) (?:18|1[0-7])\b
    (?<!quand )(?<!si )\bj ?ai (?:que |seulement |juste |encore )?(?:<age>|treize|quatorze|quinze|seize
        + |dix sept) ans\b(?! (?:de|d|dexperience|en moins)\b)
    \bje suis (?:encore )?mineure?\b(?! (?:de fond|en)\b)
    \bje (?:ne )?suis pas (?:encore )?majeure?\b
    \btengo (?:solo |apenas )?(?:<age>|trece|catorce|quince|dieciseis|diecisiete) an(?:it)?os\b(?! (?:de
        + |mas|menos|casad))
    \b(?:soy|aun soy|todavia soy) menor de edad\b
    \bich bin (?:erst |gerade )?(?:<age>|dreizehn|vierzehn|funfzehn|sechzehn
        + |siebzehn)(?: jahre(?: alt)?)?<ends>
    \bich bin (?:noch )?(?:minderjahrig|nicht volljahrig|keine 18)\b
    \b(?:eu )?tenho (?:so |apenas )?(?:<age>|treze|quatorze|quinze|dezesseis|dezessete) anos\b(?! (?:de
        + |a mais|a menos))
    \bsou (?:de )?menor(?: de idade)?\b(?! (?:que|do que))
    \bho (?:solo |appena )?(?:<age>|tredici|quattordici|quindici|sedici|diciassette) anni\b(?! (?:di|in
        + |fa)\b)
    \bsono (?:ancora )?minorenne\b
"""

_DOXXING = r"""
    \b(?:whats|what is|give me|tell me|send me) (?:your|ur) (?:home |exact |street |private )?(?:address
        + |(?:real|full|legal|last) name|surname|(?:phone |cell |mobile )?number|whatsapp)\b(?! (?:one|1)\b)
    \bi (?:know|found(?: out)?|figured out) (?:where you (?:live|work)|your (?:home )?address
        + |your real name)\b
    \b(?:ill|i will|im going to|im gonna|gonna) (?:post|leak|publish|share) your (?:address|real name|nudes
        + |pics|photos|videos)\b(?! (?:as|on my (?:fridge|wall)))
    \b(?:ill|i will|im going to|im gonna|gonna) (?:tell your (?:family|boss|parents|husband)|expose you
        + |dox+ you)\b
    \bwhich (?:street|house|building) do you live\b
    \b(?:cest quoi|quelle est|quel est|donne moi) t(?:on|a) (?:vraie )?(?:adresse(?! e ?mail| mail)
        + |vrai nom|nom de famille|numero|whatsapp)\b
    \bje sais ou tu (?:habites|vis|travailles)\b
    \bjai trouve (?:ton adresse|ton vrai nom|ou tu habites)\b
    \bje vais (?:publier|balancer|diffuser|leaker) tes (?:photos|videos|nudes)\b
    \b(?:cual es|dame|dime|pasame) tu (?:direccion(?! de)|nombre real|verdadero nombre|apellido|numero
        + |telefono|whatsapp)\b
    \bse donde (?:vives|trabajas)\b
    \bvoy a (?:publicar|filtrar|difundir) tus (?:fotos|videos)\b
    \b(?:was ist|wie ist|wie lautet|gib mir|sag mir) deine? (?:adresse|richtiger name|echter name|nachname
        + |telefonnummer|handynummer|nummer|whatsapp)\b
    \bich weiss,? wo du (?:wohnst|lebst|arbeitest)\b
    \b(?:qual (?:e )?(?:o )?(?:seu|teu)|me (?:da|passa) (?:o )?(?:seu|teu)) (?:endereco(?! de e)
        + |nome (?:real|verdadeiro)|sobrenome|numero|telefone|whatsapp|zap)\b
    \bsei onde (?:voce|vc|tu) (?:moras?|trabalhas?)\b
    \bvou (?:vazar|divulgar) (?:as )?(?:suas|tuas) (?:fotos|nudes|videos)\b
    \b(?:qual e|dammi|dimmi) (?:il tuo|la tua) (?:indirizzo(?! e ?mail)|vero nome|cognome|numero|telefono
        + |whatsapp)\b
    \bso dove (?:vivi|abiti|lavori)\b
    \b(?:pubblichero|diffondero) le tue (?:foto|video)\b
"""

_MEETING = r"""
    \b(?:how much|(?:whats|what is) (?:your|the) (?:price|rate))\b<gap>\b(?:to|for)\b<near>\b<in-person>
    \b(?:pay|paying|give|offer|send)\b<gap>(?:\$|€|£|\b\d+|\bmoney\b|\bcash\b|\byou\b)<gap>\b(?:to|for
        + |if)\b<near>\b<in-person>
    \bpay(?:ing)? (?:\w+ )?to <in-person>
    \b(?:do you escort|are you an? escort|do you do escorting|do you do (?:in|out) ?calls?)\b
    \bcombien\b<gap>\b(?:pour|si)\b<near>\b(?:(?:se|nous) (?:voir|rencontrer)|te rencontrer|te voir en vrai
        + |une nuit avec toi|coucher|on se voit)\b
    \bje te (?:paye|paie|donne|file)\b<gap>\b(?:pour|si)\b<near>\b(?:(?:se|nous) (?:voir|rencontrer)
        + |te rencontrer|te voir en vrai|on se voit|coucher|une nuit)\b
    \btu (?:fais|es) (?:une )?escort(?:e|ing)?\b
    \bcuanto\b<gap>\b(?:por|para)\b<near>\b(?:vernos|verte en persona|conocerte en persona|quedar contigo
        + |una noche contigo|encontrarnos|acostar\w*)\b
    \bte (?:pago|doy|pagaria)\b<gap>\b(?:por|para|si)\b<near>\b(?:vernos|nos vemos|verte en persona
        + |conocerte en persona|quedar|encontrarnos|acostar\w*|una noche)\b
    \b(?:eres|haces de) escort\b
    \b(?:wie ?viel|was)\b<near>\b(?:kostet|nimmst du|willst du)\b<gap>\b(?:treffen|nacht mit dir)\b
    \bich (?:be)?zahle?\b<gap>\b(?:treffen|nacht mit dir)\b
    \bquanto\b<gap>\b(?:para|pra|por)\b<near>\b(?:(?:te|nos) encontrar\w*|pessoalmente|uma noite com)\b
    \bpago\b<gap>\b(?:para|pra|por)\b<near>\b(?:(?:te|nos) encontrar\w*|pessoalmente|uma noite)\b
    \b(?:voce|vc) faz programa\b
    \bquanto\b<gap>\bper\b<near>\b(?:incontrar\w+|vederti di persona|vederci|una notte con te)\b
    \bti (?:pago|do)\b<gap>\bper\b<near>\b(?:incontrar\w+|vederti di persona|vederci|una notte)\b
    \bfai la escort\b
"""

_PAYMENT = r"""
    \b(?:pay|tip|send|give|paying|sending)\b<near>\b(?:you|u|money|cash|it)\b<gap>\b(?:via|through|on|with
        + |by|over|using|to your)\b<near>\b<wallet>
    \b(?:pay|tip) (?:via|through|on|with|by|using) (?:your |my )?<wallet>
    \b(?:(?:whats|what is|give me|drop) (?:your|ur)|(?:do|can) (?:you|u) (?:have|take|accept
        + |use)) (?:a )?<wallet>
    \b<wallet> instead\b
    \b(?:pay|buy|tip)\b<gap>\b(?:outside|off) (?:of )?(?:onlyfans|of|here|platform|th(?:e|is) (?:app|site
        + |platform))\b
    \b(?:te (?:payer?|paie|regler?|virer?|envoyer?|envoie|donner?|faire un)|tenvoyer?|tenvoie)\b<gap>\b
        + <wallet>
    \b(?:tu as|tas|as tu|tu prends|tu acceptes|cest quoi ton|donne moi ton) (?:un |compte )*<wallet>
    \bpayer\b<near>\ben dehors\b
    \b(?:te (?:pago|pagaria|mando|envio|deposito|transfiero|puedo (?:pagar|mandar|enviar|transferir))
        + |(?:pagar|mandar|enviar|transferir)te)\b<gap>\b<wallet>
    \b(?:tienes|aceptas|usas|cual es tu|dame tu|pasame tu) <wallet>
    \bpagar(?:te)? (?:por )?fuera de\b
    \bdi(?:r|ch)\b<gap>\b<wallet><gap>\b(?:be)?(?:zahlen|schicken|senden|uberweisen)\b
    \b(?:be)?(?:zahle?|schicke?|sende?) di(?:r|ch)\b<gap>\b<wallet>
    \b(?:hast du|nimmst du|akzeptierst du) <wallet>
    \b(?:te (?:pago|mando|envio|transfiro|faco)|posso te (?:pagar|mandar|transferir))\b<gap>\b<wallet>
    \b(?:voce tem|vc tem|aceita|qual (?:e )?(?:o )?seu|me passa (?:o )?seu) <wallet>
    \b(?:ti (?:pago|mando|invio|faccio)|(?:pagar|mandar|inviar)ti)\b<gap>\b<wallet>
    \b(?:accetti|dammi il tuo|qual e il tuo) <wallet>
"""

_REFUSAL = r"""
    \bi (?:cant|can not|cannot|wont|will not|must decline|am unable|am not able)\b
    \bim (?:sorry|unable|not able)\b
    \bas an ai\b
    \bje (?:ne peux pas|suis desolee?|refuse)\b
    \b(?:no puedo|lo siento)\b
    \bich kann (?:\w+ ){0,2}nicht\b
    \btut mir leid\b
    \b(?:nao posso|desculpe)\b
    \b(?:non posso|mi dispiace)\b
"""


@cache
def patterns() -> Mapping[FlagCode, re.Pattern[str]]:
    """Return one pattern for each thing that is forbidden, the gravest first."""
    known = {
        FlagCode.MINOR: _MINOR,
        FlagCode.DOXXING: _DOXXING,
        FlagCode.MEETING_FOR_MONEY: _MEETING,
        FlagCode.OFF_PLATFORM_PAYMENT: _PAYMENT,
    }
    return {code: re.compile("|".join(_lines(text))) for code, text in known.items()}


@cache
def refusal() -> re.Pattern[str]:
    """Return what a model says that refuses to write."""
    return re.compile("|".join(_lines(_REFUSAL)))


def _lines(text: str) -> list[str]:
    whole = re.sub(r"\n\s*\+ ", "", text)
    for name, part in _PARTS.items():
        whole = whole.replace(f"<{name}>", part)
    return [f"(?:{line.strip()})" for line in whole.splitlines() if line.strip()]
