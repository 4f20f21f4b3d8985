"""Whatever comes, what leaves can be stored."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidPayloadError
from shared.messaging.sanitising import MAX_DEPTH, storable, storable_error, storable_text

_TEXT = st.text(st.characters(codec=None))  # every code point, lone surrogates and NUL included
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(_JSON)
def test_what_is_storable_is_plain_json(value: Any) -> None:
    """It survives strict JSON and UTF-8, and cleaning it again changes nothing."""
    clean = storable(value)
    text = json.dumps(clean, allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert b"\\u0000" not in text
    assert storable(clean) == clean


@given(st.recursive(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), st.lists))
def test_what_was_storable_is_left_alone(value: Any) -> None:
    """Ordinary text in any language passes unchanged."""
    assert storable(value) == value


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("\u202e\uffff", "\u202e\uffff"),
        ("", ""),
    ],
)
def test_characters_that_no_column_takes_are_replaced(text: str, clean: str) -> None:
    """Everything else stays."""
    assert storable_text(text) == clean
    assert storable({text: text}) == {clean: clean}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_become_null(number: float) -> None:
    """JSON has no word for them."""
    assert storable({"n": [number]}) == {"n": [None]}


def test_depth_is_limited() -> None:
    """At the limit it passes, beyond it is refused."""
    value: Any = "leaf"
    for _ in range(MAX_DEPTH):
        value = [value]
    assert storable(value) == value
    with pytest.raises(InvalidPayloadError, match="64 levels"):
        storable([value])


def test_an_errors_text_is_short() -> None:
    """It is for people."""
    assert storable_error("\x00" * 10_000) == "\ufffd" * 500
