"""Nothing is promised in a creator's name that they did not promise."""

from __future__ import annotations

import pytest

from workers.content_suggestions.promises import amounts_of_money, promises_of, unmade_promises

PROMISES = {
    "something free": [
        "The first week is for free!",
        "A free video for you all",
        "Accès gratuit ce soir",
        "Vídeo gratis para ti",
        "Ein kostenloses Bild",
        "Giveaway tonight",
        "今日は無料です",
    ],
    "a discount": [
        "50 % off tonight",
        "-30% ce soir",
        "Half price until midnight",
        "Grosse promo ce soir",
        "Descuento solo hoy",
        "Rabatt für dich",
        "Uno sconto per te",
        "今日は割引",
    ],
    "a refund or a guarantee": ["Love it or your money back", "Satisfaction guaranteed", "Remboursé si déçu"],
    "a meeting": ["Come and meet me in Paris", "Nos vemos en persona", "On va se rencontrer"],
    "an answer to everybody": ["I reply to everyone tonight", "Je réponds à tous", "Respondo a todos"],
    "a custom request": ["Custom videos are open", "A video call, just us", "Une vidéo sur mesure"],
}
HARMLESS = [
    "Feel free to stare.",
    "Free time is overrated.",
    "I felt free for the first time.",
    "Meet my new dog!",
    "No discounts, no drama, just me.",
    "Jamais de promo chez moi.",
    "En vrai, j'ai failli ne pas poster.",
    "I can't promise anything.",
    "Ohne Rabatt, ohne Filter.",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in PROMISES.items() for text in texts]
)
def test_a_promise_is_known_in_each_language(kind: str, text: str) -> None:
    assert kind in set(promises_of(text))


@pytest.mark.parametrize("text", HARMLESS)
def test_not_every_word_is_a_promise(text: str) -> None:
    assert list(promises_of(text)) == []


def test_the_creator_may_promise_what_they_like() -> None:
    """In whichever language they said so; what they deny is not theirs to promise."""
    assert list(unmade_promises("50 % off tonight!", ["une promo de 50 % ce soir"])) == []
    assert list(unmade_promises("50 % off tonight!", ["no discounts, ever"])) == ["a discount"]
    assert list(unmade_promises("Free video, half price!", ["half price"])) == ["something free"]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Only $15 tonight", {15}),
        ("15 € ou 12,50 €", {15, 12.5}),
        ("20 bucks, 3 euros", {20, 3}),
        ("10 photos at 21:00, 50 %", set()),
    ],
)
def test_money_is_read(text: str, amounts: set[float]) -> None:
    assert amounts_of_money(text) == amounts
