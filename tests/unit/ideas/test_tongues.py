"""A language is told where it is certain, and doubted everywhere else."""

from __future__ import annotations

import pytest

from workers.content_suggestions.tongues import is_foreign, language_of

TEXTS = {
    "en": "This is what my room looks like before I press record, and you are the first to see it.",
    "fr": "Voilà ma chambre juste avant le tournage, et tu es la première personne à la voir avec moi.",
    "es": "Así queda mi cuarto justo antes de grabar, y tú eres la primera persona que lo ve con esta luz.",
    "pt": "Meu quarto fica assim antes de gravar, e você é a primeira pessoa que vê isso com a luz acesa.",
    "de": "So sieht mein Zimmer vor der Aufnahme aus, und du bist der erste Mensch, der das mit mir sieht.",
    "it": "Ecco la mia stanza prima di registrare, e tu sei la prima persona che la vede con questa luce.",
    "ja": "録画する前の部屋はこんな感じです。",
    "zh": "录制之前我的房间就是这个样子",
    "ko": "녹화하기 전의 방은 이런 느낌이에요",
    "ru": "Вот так выглядит моя комната перед съёмкой",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_a_sentence_is_enough(language: str, text: str) -> None:
    assert language_of(text) == language
    assert not is_foreign(text, f"{language}-XX")
    assert is_foreign(text, "fr" if language != "fr" else "en")


@pytest.mark.parametrize("text", ["", "😘😘", "Ciao bella", "Netflix & chill?", "OMG OMG", "12:30", "Léa"])
def test_no_language_is_told_of_a_few_words(text: str) -> None:
    assert language_of(text) is None
    assert not is_foreign(text, "de")


def test_nothing_is_foreign_to_a_language_that_nobody_here_knows() -> None:
    """Dutch may look like German, and Catalan like Spanish."""
    assert not is_foreign(TEXTS["de"], "nl")
    assert not is_foreign(TEXTS["es"], "ca")
