"""What the simulator can say: a handful of replies in seven languages, and a guess at which one is wanted."""

from __future__ import annotations

import re

#: Stands before everything the simulator writes, so that nobody takes it for a model's work.
LABEL = "(simulated) "

#: Words that fans use in one of the languages and hardly in the others.
_WORDS: dict[str, str] = {
    "en": "the you your are what how hello hi hey my love is this when do and can",
    "fr": "je tu bonjour salut coucou merci est les vous ça quoi avec pour moi suis le la une et que en ce",
    "es": "hola qué tú tu estás eres gracias muy mi amor cómo está guapa quiero tus y el la por con que en",
    "pt": "oi olá você tudo bem obrigado obrigada linda não estou muito meu quero sua",
    "de": "ich du hallo wie geht bist und nicht schön danke dir mir das ist guten",
    "it": "ciao sei come stai grazie bella sono che mi ti buongiorno amore tuo bellissima",
}
_JAPANESE = re.compile("[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")

#: Language → (text, tone, intent); `{name}` stands for ` Name`, or nothing.
REPLIES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "en": (
        ("Hey{name}, your message just made me smile.", "warm", "show appreciation"),
        ("Careful{name}, keep talking like that and I might never let you go!", "playful", "tease"),
        ("I love hearing from you{name}. What was the best part of your day?", "curious", "keep chatting"),
        ("You always know what to say{name}. Thank you for being here.", "sincere", "thank"),
        ("So tell me{name}, what made you think of me just now?", "flirty", "ask back"),
    ),
    "fr": (
        ("Coucou{name}, ton message me fait trop plaisir.", "warm", "show appreciation"),
        ("Attention{name}, continue comme ça et je ne te lâche plus !", "playful", "tease"),
        ("J'adore te lire{name}. Raconte-moi le meilleur moment de ta journée ?", "curious", "keep chatting"),
        ("Tu trouves toujours les mots{name}. Merci d'être là.", "sincere", "thank"),
        ("Dis-moi{name}, qu'est-ce qui t'a fait penser à moi ?", "flirty", "ask back"),
    ),
    "es": (
        ("Hola{name}, tu mensaje me ha sacado una sonrisa.", "warm", "show appreciation"),
        ("Cuidado{name}, si sigues así no te dejo escapar.", "playful", "tease"),
        ("Me encanta leerte{name}. ¿Qué ha sido lo mejor de tu día?", "curious", "keep chatting"),
        ("Siempre sabes qué decir{name}. Gracias por estar aquí.", "sincere", "thank"),
        ("Dime{name}, ¿qué te hizo pensar en mí?", "flirty", "ask back"),
    ),
    "pt": (
        ("Oi{name}, sua mensagem me fez sorrir.", "warm", "show appreciation"),
        ("Cuidado{name}, se continuar assim não te deixo mais ir embora!", "playful", "tease"),
        ("Adoro falar com você{name}. Qual foi a melhor parte do seu dia?", "curious", "keep chatting"),
        ("Você sempre sabe o que dizer{name}. Obrigada por estar aqui.", "sincere", "thank"),
        ("Me conta{name}, o que te fez pensar em mim?", "flirty", "ask back"),
    ),
    "de": (
        ("Hey{name}, deine Nachricht hat mich gerade zum Lächeln gebracht.", "warm", "show appreciation"),
        ("Vorsicht{name}, wenn du so weitermachst, lasse ich dich nicht mehr gehen!", "playful", "tease"),
        (
            "Ich freue mich so über dich{name}. Was war heute dein schönster Moment?",
            "curious",
            "keep chatting",
        ),
        ("Du findest immer die richtigen Worte{name}. Danke, dass du da bist.", "sincere", "thank"),
        ("Sag mal{name}, warum hast du gerade an mich gedacht?", "flirty", "ask back"),
    ),
    "it": (
        ("Ciao{name}, il tuo messaggio mi ha fatto sorridere.", "warm", "show appreciation"),
        ("Attento{name}, se continui così non ti lascio più andare!", "playful", "tease"),
        (
            "Adoro leggerti{name}. Qual è stato il momento più bello della tua giornata?",
            "curious",
            "keep chatting",
        ),
        ("Trovi sempre le parole giuste{name}. Grazie di esserci.", "sincere", "thank"),
        ("Dimmi{name}, cosa ti ha fatto pensare a me?", "flirty", "ask back"),
    ),
    "ja": (
        ("メッセージありがとう{name}。すごくうれしい。", "warm", "show appreciation"),
        ("そんなこと言われたら{name}、もう離さないよ?", "playful", "tease"),
        ("話せてうれしいな{name}。今日いちばん楽しかったことは何?", "curious", "keep chatting"),
        ("いつもやさしい言葉をくれるね{name}。そばにいてくれてありがとう。", "sincere", "thank"),
        ("ねえ{name}、どうして私のことを考えてくれたの?", "flirty", "ask back"),
    ),
}


def guess_language(text: str, hint: str | None) -> str:
    """Return the language a text seems to be in; the hint decides where the text doesn't."""
    if _JAPANESE.search(text):
        return "ja"
    words = _WORD.findall(text.casefold())
    scores = {language: sum(word in known.split() for word in words) for language, known in _WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    hinted = (hint or "").partition("-")[0].casefold()
    if hinted in REPLIES and scores.get(hinted, 0) == scores[best]:
        return hinted
    return best if scores[best] else "en"
