"""The day and the pairs that money is counted on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from benchmarks.money.pair_recipe import recipe
from benchmarks.money.pairs import pairs
from benchmarks.money.peers import ExactStore
from benchmarks.money.replaying import theirs
from benchmarks.money.traffic import MESSAGES, FanMessage, day, exact_duplicates, read


def test_the_pairs_are_those_of_the_recipe() -> None:
    """Nobody has changed the data by hand."""
    assert pairs() == recipe()


def test_there_are_pairs_of_each_kind_and_language() -> None:
    """Five hundred and more, no two messages of a pair the same."""
    known = pairs()
    assert len(known) >= 500
    assert all(pair.first != pair.second for pair in known)
    assert set(Counter(pair.kind for pair in known)) == {
        "polarity", "negation", "number", "name", "time", "place",
    }  # fmt: skip
    assert min(Counter(pair.language for pair in known).values()) >= 150


def test_a_day_is_determined_by_its_seed() -> None:
    """The same seed, the same day."""
    assert day(7, messages=300) == day(7, messages=300)
    assert day(7, messages=300) != day(8, messages=300)


def test_a_day_repeats_itself_as_real_ones_do() -> None:
    """Nearly one message in five is an exact copy, as published; the evening is the busiest time."""
    messages = day()
    assert len(messages) == MESSAGES
    assert 0.15 < exact_duplicates(messages) < 0.21
    evening = sum(18 * 3600 <= message.at < 24 * 3600 for message in messages)
    assert evening > MESSAGES * 0.4
    assert messages == sorted(messages, key=lambda message: message.at)


def test_a_file_is_read(tmp_path: Path) -> None:
    """With nothing but the four fields that a front end knows."""
    line = {"creatorId": 1, "fanId": "f", "conversationId": "c", "text": "hey"}
    path = tmp_path / "messages.jsonl"
    path.write_text(f"{json.dumps(line)}\n\n{json.dumps(line | {'text': 'you'})}\n", encoding="utf-8")
    first, second = read(path)
    assert (first.creator_id, first.text, first.at) == ("1", "hey", 0.0)
    assert second.at == 43_200.0


def test_what_a_fan_reads_twice_is_counted() -> None:
    """In a row, and at all."""
    said = ("hi", "hi", "you", "hi")
    messages = [
        FanMessage(creator_id="1", fan_id="f", conversation_id="c", text=text, at=0.0) for text in said
    ]
    replay = theirs(ExactStore(), messages, calls=3, usd_micros=570)
    assert (replay.hits, replay.calls, replay.immediate_repeats, replay.repeats) == (2, 6, 1, 2)
    assert replay.usd_per_thousand == 6 * 570 / 4 / 1000
