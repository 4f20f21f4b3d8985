"""Ideas are distinct in what they say, not in how they are spelt."""

from __future__ import annotations

import pytest

from workers.content_suggestions.likeness import are_alike


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Guess where I am", "GUESS, where I am?!"),
        ("Café crème au lit", "cafe creme au lit"),
        ("Guess which beach I am on today, no hints", "No hints: guess which beach I am on today!"),
        ("Two dresses, one evening, no idea which one", "One evening, two dresses, no idea which one 😘"),
        ("Rainy Sunday in bed with tea and cats", "A rainy Sunday in bed with tea and a cat or two cats"),
        ("今夜は赤いドレスと黒いシャツ、どちら?", "今夜は赤いドレスと黒いシャツ、どちらにする?"),
        ("🔥", "🔥 "),
        ("Ｇｕｅｓｓ the beach", "Guess the beach"),  # noqa: RUF001 - full width is what it is about
    ],
)
def test_the_same_in_other_clothes(first: str, second: str) -> None:
    assert are_alike(first, second)
    assert are_alike(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Guess the beach", "A small confession"),
        ("Red or black", "Red or blue"),
        ("Monday mood", "Friday mood"),
        ("Rainy Sunday in bed with tea", "Sunny Friday on the terrace with friends"),
        ("赤か黒か", "一年前の私"),
        ("🔥", "😘"),
        ("", "Something"),
    ],
)
def test_different_ones(first: str, second: str) -> None:
    """Short titles may share a word or two."""
    assert not are_alike(first, second)
