"""What differs only by an id, a number or a quotation is the same trouble."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dead_letters.reasons import MAX_REASON_CHARACTERS, group_of, normalised


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("The AI model gave no usable answer.", "The AI model gave no usable answer."),
        (
            "Message could not be consumed after 5 delivery attempts.",
            "Message could not be consumed after <n> delivery attempts.",
        ),
        ("No video at https://x.example/a/b?sig=1 was found", "No video at <url> was found"),
        ("job_1766400000000_k3j2h1g0f.words is away", "<id> is away"),
        ("claim 6f9619ff-8b86-d011-b42d-00cf4fc964ff lost", "claim <id> lost"),
        ("key 'fan wrote this' and \"that\"", "key <text> and <text>"),
        ("mail to jane.doe+1@mail.example.org bounced", "mail to <address> bounced"),
        ("took 1,204.5 ms\n\t at 10:22", "took <n> ms at <n>"),
        ("the creator doesn't exist", "the creator doesn't exist"),
        ("", ""),
    ],
)
def test_a_reason_without_what_differs(reason: str, expected: str) -> None:
    assert normalised(reason) == expected


@given(st.text(max_size=4_000))
def test_a_reason_stays_short_and_is_normal_already(reason: str) -> None:
    once = normalised(reason)
    assert len(once) <= MAX_REASON_CHARACTERS
    assert len(normalised(once)) <= len(once) + 20


def test_a_group_is_named_by_all_three() -> None:
    names = {
        group_of("A", "b", "c"),
        group_of("Ab", "", "c"),
        group_of("A", "bc", ""),
        group_of("A", "b", "\ud800"),
    }
    assert len(names) == 4
    assert all(len(name) == 12 for name in names)
