"""Which lines of a bank a fan is shown, over long conversations."""

from __future__ import annotations

import itertools
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.chat_suggestions.bank_prompt import LINES_PER_TONE, MIN_LINES_PER_TONE, TONES
from workers.chat_suggestions.rotation import BankLine, chosen


def _bank(per_tone: int = LINES_PER_TONE, name: str = "") -> list[BankLine]:
    return [BankLine(text=f"{name} {tone} {n}", tone=tone) for n in range(per_tone) for tone in TONES]


def _texts(lines: tuple[BankLine, ...] | None) -> list[str]:
    assert lines is not None
    return [line.text for line in lines]


@given(st.text(max_size=30), st.integers(0, 10**9), st.integers(MIN_LINES_PER_TONE, LINES_PER_TONE))
def test_three_lines_of_three_tones(fan: str, turn: int, per_tone: int) -> None:
    """Whoever asks, and whenever."""
    lines = chosen(_bank(per_tone), fan=fan, turn=turn)
    assert lines
    assert sorted(line.tone for line in lines) == sorted(TONES)


@given(st.text(max_size=30), st.integers(0, 10**6))
def test_no_line_is_shown_again_for_some_turns(fan: str, turn: int) -> None:
    """Every line of the bank is shown before one comes again."""
    shown = [
        text for step in range(LINES_PER_TONE) for text in _texts(chosen(_bank(), fan=fan, turn=turn + step))
    ]
    assert len(set(shown)) == len(TONES) * LINES_PER_TONE


@pytest.mark.parametrize("tapped", range(3))
def test_in_a_long_conversation_of_mixed_messages_no_line_is_sent_again_soon(tapped: int) -> None:
    """What the front end tells of the conversation is never suggested again, at whichever turn."""
    banks = {name: _bank(name=name) for name in "abcdefg"}
    recent: deque[str] = deque(maxlen=MIN_LINES_PER_TONE - 1)
    for turn in range(2_000):
        name = "abcdefg"[(turn * turn + turn // 8) % 7]
        shown = _texts(chosen(banks[name], fan="f", turn=turn, avoided=recent))
        assert not set(shown) & set(recent)
        recent.append(shown[tapped])


def test_what_is_avoided_is_recognised_however_it_is_written() -> None:
    """A creator may have changed its case or decoration."""
    first = _texts(chosen(_bank(), fan="f", turn=0))
    again = _texts(chosen(_bank(), fan="f", turn=0, avoided=[text.upper() + "!! 😘" for text in first]))
    assert not set(first) & set(again)


def test_a_tone_without_a_line_left_is_no_suggestion() -> None:
    """Then the model is asked."""
    bank = _bank()
    assert chosen(bank, fan="f", turn=0, avoided=[line.text for line in bank if line.tone == "warm"]) is None


def test_two_fans_rarely_see_the_same_at_the_same_time() -> None:
    """Each begins elsewhere in each tone."""
    seen = [tuple(_texts(chosen(_bank(), fan=f"fan:{n}", turn=0))) for n in range(500)]
    same = sum(one == other for one, other in itertools.pairwise(seen))
    assert same / len(seen) < 0.01
    shares = [len(set(one) & set(other)) for one, other in itertools.pairwise(seen)]
    assert sum(shares) / len(shares) < 3 / LINES_PER_TONE + 0.1


def test_the_order_of_tones_changes() -> None:
    """Creators tap the first one most."""
    firsts = {_texts(chosen(_bank(), fan="f", turn=turn))[0].split()[0] for turn in range(3)}
    assert firsts == set(TONES)
