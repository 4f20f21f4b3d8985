"""How long a text is depends on who counts."""

from __future__ import annotations

import pytest

from workers.content_suggestions.lengths import Counting, length_of

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "characters", "utf16", "in_bytes", "weighted"),
    [
        ("", 0, 0, 0, 0),
        ("café", 4, 4, 5, 4),
        ("cafe\u0301", 4, 5, 6, 4),
        ("日本語", 3, 3, 9, 6),
        ("😘", 1, 2, 4, 2),
        (FAMILY, 1, 11, 25, 2),
        ("👍🏽", 1, 4, 8, 2),
        ("❤️", 1, 2, 6, 2),
        ("🇫🇷🇪🇸", 2, 8, 16, 4),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 1, 14, 28, 2),
        ("“quoted” \u2013 …", 12, 12, 20, 13),
        ("a\u0310\u0311\u0312", 1, 4, 7, 4),
        ("\r\n", 1, 2, 2, 2),
        ("\u2066x", 2, 2, 4, 3),
    ],
)
def test_each_way_of_counting(text: str, characters: int, utf16: int, in_bytes: int, weighted: int) -> None:
    """Emojis of several parts, accents of their own, flags, East Asian characters, typographic marks."""
    assert length_of(text, Counting.CHARACTERS) == characters
    assert length_of(text, Counting.UTF16) == utf16
    assert length_of(text, Counting.BYTES) == in_bytes
    assert length_of(text, Counting.WEIGHTED) == weighted


def test_a_broken_text_is_counted_all_the_same() -> None:
    assert [length_of("a\ud800", counting) for counting in Counting] == [2, 2, 2, 3]
