"""Ideas for content, as the simulator has them: a handful in seven languages, labelled, all made up."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from infra.local.model_simulator.phrases import LABEL, guess_language

#: Language → (title, text, hook, call to action).
_IDEAS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "en": (
        (
            "Guess where I am",
            "Sand in my shoes, phone almost dead, zero regrets.",
            "Can you guess?",
            "Tell me your guess.",
        ),
        (
            "Behind the curtain",
            "This is what the room looks like before I press record.",
            "Not as tidy as you think.",
            "Ask me about it.",
        ),
        (
            "A small confession",
            "I rehearse every laugh twice, and the second one wins.",
            "I have to admit something.",
            "Admit something too.",
        ),
        ("This or that", "Red dress or black shirt tonight? You decide.", "Choose for me.", "Vote below."),
        (
            "One year ago",
            "Same mirror, other haircut, much less courage.",
            "Look who I was.",
            "Say what changed.",
        ),
    ),
    "fr": (
        (
            "Devine où je suis",
            "Du sable partout, le téléphone à plat, aucun regret.",
            "Tu devines ?",
            "Dis-moi ton idée.",
        ),
        (
            "Derrière le rideau",
            "Voilà ma chambre juste avant que j'appuie sur le bouton.",
            "Moins rangé que prévu.",
            "Pose ta question.",
        ),
        (
            "Petit aveu",
            "Je répète chaque sourire deux fois, et le second gagne.",
            "J'avoue tout.",
            "Avoue aussi.",
        ),
        (
            "Rouge ou noir",
            "Robe rouge ou chemise noire ce soir ? Tu choisis pour moi.",
            "Choisis.",
            "Vote ici.",
        ),
        (
            "Il y a un an",
            "Même miroir, autre coiffure, beaucoup moins de courage.",
            "Regarde.",
            "Qu'est-ce qui a changé ?",
        ),
    ),
    "es": (
        (
            "Adivina dónde estoy",
            "Arena por todas partes, sin batería y sin remordimientos.",
            "¿Adivinas?",
            "Dime qué crees.",
        ),
        (
            "Detrás de la cortina",
            "Así queda mi cuarto justo antes de grabar.",
            "Menos ordenado de lo que crees.",
            "Pregunta.",
        ),
        (
            "Una confesión",
            "Ensayo cada sonrisa dos veces, y gana la segunda.",
            "Te confieso algo.",
            "Confiesa tú también.",
        ),
        ("Rojo o negro", "¿Vestido rojo o camisa negra esta noche? Tú decides.", "Elige.", "Vota aquí."),
        ("Hace un año", "Mismo espejo, otro peinado, mucho menos valor.", "Mira.", "¿Qué cambió?"),
    ),
    "pt": (
        (
            "Adivinha onde estou",
            "Areia por todo lado, celular sem bateria, nenhum arrependimento.",
            "Adivinha?",
            "Me diz.",
        ),
        ("Atrás da cortina", "Meu quarto fica assim antes de gravar.", "Menos arrumado.", "Pergunta."),
        ("Uma confissão", "Ensaio cada sorriso duas vezes, e o segundo vence.", "Confesso.", "Confessa."),
        ("Vermelho ou preto", "Vestido vermelho ou camisa preta hoje? Decide.", "Escolhe.", "Vota aqui."),
        ("Um ano atrás", "Mesmo espelho, outro cabelo, bem menos coragem.", "Olha.", "O que mudou?"),
    ),
    "de": (
        (
            "Rate, wo ich bin",
            "Sand in den Schuhen, Akku fast leer, keine Reue.",
            "Na, errätst du es?",
            "Sag es mir.",
        ),
        (
            "Hinter dem Vorhang",
            "So sieht mein Zimmer vor der Aufnahme aus.",
            "Kaum aufgeräumt.",
            "Frag mich.",
        ),
        (
            "Ein Geständnis",
            "Jedes Lächeln probe ich zweimal, und das zweite gewinnt.",
            "Ich gestehe.",
            "Gesteh auch.",
        ),
        ("Rot oder schwarz", "Heute rotes Kleid oder schwarzes Hemd? Du wählst.", "Wähl.", "Stimm ab."),
        (
            "Vor einem Jahr",
            "Gleicher Spiegel, andere Frisur, viel weniger Mut.",
            "Schau.",
            "Was ist anders?",
        ),
    ),
    "it": (
        (
            "Indovina dove sono",
            "Sabbia ovunque, telefono scarico, nessun rimpianto.",
            "Indovini?",
            "Dimmi la tua.",
        ),
        ("Dietro la tenda", "Ecco la mia stanza prima di registrare.", "Poco in ordine.", "Chiedi pure."),
        (
            "Una confessione",
            "Provo ogni sorriso due volte, e vince il secondo.",
            "Confesso.",
            "Confessa anche tu.",
        ),
        ("Rosso o nero", "Vestito rosso o camicia nera stasera? Scegli tu.", "Scegli.", "Vota qui."),
        ("Un anno fa", "Stesso specchio, altri capelli, molto meno coraggio.", "Guarda.", "Cosa cambia?"),
    ),
    "ja": (
        ("どこにいるでしょう", "靴は砂だらけ、電池はもうすぐ切れそう。", "わかる?", "教えてね。"),
        ("カーテンの裏側", "録画する前の部屋はこんな感じです。", "片付いていません。", "何でも聞いて。"),
        ("小さな告白", "笑顔はいつも二回練習しています。", "実はね。", "あなたも告白して。"),
        ("赤か黒か", "今夜は赤いドレスと黒いシャツ、どちら?", "選んで。", "投票してね。"),
        ("一年前の私", "同じ鏡、違う髪型、少ない勇気。", "見て。", "何が変わった?"),
    ),
}
_TAGS = ("everyday", "creatorlife", "moodoftheday", "tonight", "backstage")
_TIMES = ("Friday 18:00-21:00", "Sunday 20:00-22:00", "Tuesday 12:00-13:00")


def ideas(data: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return ideas for a question's data, within the limits that it states."""
    hint = data.get("answer_language")
    language = guess_language("" if hint else str(data.get("topic") or ""), hint)
    chosen = chance.sample(_IDEAS[language], min(int(data["number_of_ideas"]), len(_IDEAS[language])))
    return {
        "language": hint or language,
        "ideas": [_idea(texts, data, chance) for texts in chosen],
    }


def _idea(texts: tuple[str, str, str, str], data: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    title, text, hook, call_to_action = texts
    return {
        "title": f"{LABEL}{title}",
        "text": f"{LABEL}{text}",
        "hook": hook,
        "hashtags": chance.sample(_TAGS, min(int(data.get("most_hashtags", 0)), 2)),
        "call_to_action": call_to_action,
        "best_time": {
            "when": _when(data.get("fan_activity"), chance),
            "reason": f"{LABEL}Many people are on their phones then.",
            "basis": "given" if data.get("fan_activity") else "general",
        },
        "reason": f"{LABEL}A small secret makes people answer.",
        "price": _price(data.get("price")),
    }


def _when(activity: Any, chance: random.Random) -> str:
    return activity[:60] if isinstance(activity, str) else chance.choice(_TIMES)


def _price(asked: Any) -> dict[str, Any] | None:
    if not isinstance(asked, Mapping):
        return None
    lowest, highest = float(asked["lowest"]), float(asked["highest"])
    amount = round(lowest + (highest - lowest) / 4) if highest - lowest > 1 else lowest
    return {"amount": amount, "reason": f"{LABEL}In the lower half of what is possible."}
