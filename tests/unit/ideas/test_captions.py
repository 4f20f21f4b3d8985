"""Captions as creators write them pass: a check that refuses them would cost more than it saves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.unit.ideas.conftest import REST
from workers.content_suggestions.brief import Brief
from workers.content_suggestions.checks import problems_of
from workers.content_suggestions.drafts import Draft
from workers.content_suggestions.prompt import RULES
from workers.content_suggestions.tongues import language_of

CAPTIONS: Mapping[str, Sequence[str]] = {
    "en": (
        "Feel free to stare, I was posing anyway 😏",
        "Free time is overrated, unless it is with you. Sunday plans?",
        "I felt free for the first time in months. No make-up, no filter.",
        "Meet my new dog! He hates the camera almost as much as I love it.",
        "Coffee first, trouble later. Which one are you?",
        "POV: you found the one selfie I almost deleted.",
        "New set just dropped in the inbox. Unlock it if you dare 🔥",
        "I said no to three shoots this week to make this one for you.",
        "3 things I learned on set:\n1. Socks slip.\n2. Cats judge.\n3. Good light forgives everything.",
        "It's 7:30 a.m. and I already broke two rules.",
        "No discounts, no drama, just me.",
        "Tell me your 2 a.m. thoughts… I'll go first.",
        "Rate this look from 1-10 👇",
        "I can't promise I'll behave.",
        "Take a bite of this cake before I do.",
        "#throwback to the rainy day in Lisbon",
        "My best friend calls me at 3 a.m. and this is why.",
        "Don't open this at work. I mean it.",
    ),
    "fr": (
        "Tu préfères le rouge ou le noir ? Réponds vite, je sors dans une heure.",
        "En vrai, j'ai failli ne jamais poster celle-là.",
        "Rendez-vous demain soir pour la suite… tu vas aimer.",
        "Le chat a encore volé ma place sur le lit.",
        "Petit secret : je chante sous la douche, et mal.",
        "Dimanche sous la couette, thé brûlant et zéro filtre. Qui vient bruncher ?",
        "Ce que tu ne vois pas sur la photo : trois assistants, un chat et un fou rire.",
    ),
    "es": (
        "¿Rojo o negro? Decide tú, que yo ya voy tarde.",
        "Confieso que ensayé esta sonrisa diez veces.",
        "Domingo de lluvia, café y muy pocas ganas de portarme bien.",
        "Lo que no se ve en la foto: el gato robando la escena.",
        "Hoy me desperté con ganas de jugar. ¿Te animas?",
    ),
    "pt": (
        "Vermelho ou preto? Decide logo que já estou atrasada.",
        "Domingo de chuva, café e pouca vontade de me comportar.",
        "Confesso que ensaiei esse sorriso dez vezes no espelho.",
    ),
    "de": (
        "Rot oder schwarz? Du entscheidest, ich bin schon viel zu spät dran.",
        "Sonntag, Regen, Tee und keine Lust, brav zu sein.",
        "Ich gestehe: dieses Lächeln habe ich zehnmal geübt.",
    ),
    "it": (
        "Rosso o nero? Decidi tu, io sono già in ritardo.",
        "Domenica di pioggia, caffè e poca voglia di fare la brava.",
        "Confesso: ho provato questo sorriso dieci volte.",
    ),
}
ALL = [(language, caption) for language, captions in CAPTIONS.items() for caption in captions]


@pytest.mark.parametrize(("language", "caption"), ALL)
@pytest.mark.parametrize("platform", ["onlyfans", "instagram", "x"])
def test_a_caption_passes(brief: Callable[..., Brief], language: str, caption: str, platform: str) -> None:
    parts = {"title": "Title", "text": caption, "hook": "Hook", "call_to_action": "Now", "hashtags": []}
    asked = brief(platform=platform, preferences={"language": language})
    assert list(problems_of(Draft.model_validate({**REST, **parts}), asked, RULES)) == []


@pytest.mark.parametrize(("language", "caption"), ALL)
def test_no_caption_is_taken_for_another_language(language: str, caption: str) -> None:
    assert language_of(caption) in {None, language}
