"""When a reasoning model is worth its price."""

from __future__ import annotations

import pytest

from workers.content_analysis.depth import LONG_TEXT_CHARACTERS, Circumstances, deserves_depth


@pytest.mark.parametrize(
    ("known", "deep"),
    [
        (Circumstances(), False),
        (Circumstances(analysis_type="deep"), True),
        (Circumstances(analysis_type=" DEEP "), True),
        (Circumstances(analysis_type="full"), True),
        (Circumstances(analysis_type="quality"), False),
        (Circumstances(analysis_type="something new"), False),
        # success is worth thinking about where there are figures to think about
        (Circumstances(analysis_type="engagement"), False),
        (Circumstances(analysis_type="engagement", measured=True), True),
        (Circumstances(analysis_type="engagement", past=2), False),
        (Circumstances(analysis_type="engagement", past=3), True),
        (Circumstances(analysis_type="revenue", past=9), True),
        (Circumstances(past=100, measured=True), False),
        # what is sold
        (Circumstances(content_type="ppv"), True),
        (Circumstances(content_type="Pay-Per-View"), True),
        (Circumstances(content_type="photo", price=9.99), True),
        (Circumstances(content_type="photo", price=0), False),
        # what is long
        (Circumstances(text_characters=LONG_TEXT_CHARACTERS - 1), False),
        (Circumstances(text_characters=LONG_TEXT_CHARACTERS), True),
        # who asks for little gets little, whatever it is
        (Circumstances(analysis_type="quick", content_type="ppv", price=50, text_characters=9_000), False),
        (Circumstances(analysis_type="safety", text_characters=9_000, past=10, measured=True), False),
        (Circumstances(analysis_type="tags", content_type="ppv"), False),
        (Circumstances(analysis_type="engagement", content_type="ppv", price=5), False),
    ],
)
def test_depth_is_for_what_is_worth_it(known: Circumstances, deep: bool) -> None:  # noqa: FBT001 - a table
    assert deserves_depth(known) is deep
