"""Messages that look alike and are not: the bank answers no two of them alike, whichever comes first."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.money.ours import OurSide
from benchmarks.money.pairs import pairs
from benchmarks.money.replaying import our_wrong_serves, ours
from benchmarks.money.traffic import day


def _tokens(family: str, text: str) -> int:
    del family
    return len(text) // 4


async def test_no_near_miss_is_served_the_others_answer() -> None:
    """Neither of a pair gets what the other got."""
    turned = [replace(pair, first=pair.second, second=pair.first) for pair in pairs()]
    assert await our_wrong_serves(OurSide(_tokens), [*pairs(), *turned]) == []


async def test_no_fan_reads_the_same_reply_twice_in_a_row() -> None:
    """Over part of a day, of which a good part is answered from the bank."""
    replay = await ours(OurSide(_tokens), day()[:600])
    assert replay.immediate_repeats == 0
    assert replay.offered_again == 0
    assert replay.hits > 0
