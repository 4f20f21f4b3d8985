"""What may be sent as a person's own words."""

from __future__ import annotations

import pytest

from infra.local.model_simulator.phrases import REPLIES
from shared.ai.plain_text import impurities, is_plain

PLAIN = (
    "I <3 you",
    "a > b < c",
    "50% off, 100% me",
    ">.< -_- ^_^ ;) :* :-D",
    "so_cute",
    "ok...je t'aime",
    "See you at 5 p.m., or 10:30, or 20h30",
    "hahahahahahahahahahahahahahahahahahahahahaha",
    "Nooooooooooooooooooooooooooooooooooooooooooo",
    "ありがとう。すごくうれしい。",
    "*winks* hey you",
    "👩‍❤️‍💋‍👨 love from 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and 🇫🇷",
    "I have 1,000,000 kisses for you",
    "C'est bon... ou pas ?! Dis-moi.",
    "¡Hola! ¿Qué tal, guapo?",
    "Merci, point final.",
    "- one thing\n- another one",
    "User friendly: yes",
    "It's our system: you write, I smile",
    "born on 1990-12-24",
    "Ooh la la & so on",
    "مرحبا يا صديقي",
    "می‌خواهم",  # Persian keeps letters apart by a character of its own
)


@pytest.mark.parametrize("text", PLAIN)
def test_what_people_write_is_plain(text: str) -> None:
    """Hearts, faces, laughter, and scripts that need characters nobody sees."""
    assert not list(impurities(text))


@pytest.mark.parametrize("language", REPLIES)
def test_the_simulators_replies_are_plain(language: str) -> None:
    """In every language it knows."""
    for text, tone, intent in REPLIES[language]:
        assert is_plain(text.replace("{name}", " Tom"))
        assert is_plain(tone)
        assert is_plain(intent)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("see evil.com", "link"),
        ("see https://a/b", "link"),
        ("write to lola@evil.example", "link"),
        ("+33 6 12 34 56 78", "link"),
        ("<b>you</b>", "markup"),
        ('{"tool": 1}', "markup"),
        ("**you**", "markup"),
        ("aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", "markup"),
        ("hello \u202emoc.live", "invisible"),
        ("mé\u200bchant", "invisible"),
    ],
)
def test_a_model_is_told_what_to_mend(text: str, word: str) -> None:
    """In words that do not repeat what was wrong."""
    problems = list(impurities(text))
    assert any(word in problem for problem in problems)
    assert not any(text in problem for problem in problems)
