"""Which way a sound is transcribed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ai.deployment import SpeechService
from shared.ai.port import Thrift
from shared.errors import ConfigurationError
from shared.speech.choosing import Wanted, choose
from shared.speech.port import Way
from shared.speech.prices import SERVICES, call_of, cost_usd_micros

ALL = frozenset(Way)
WANTED = Wanted(seconds=60, size_bytes=1_200_000, is_wav=True, languages=("en-US",), seconds_left=60)


def _wanted(**changes: object) -> Wanted:
    return Wanted(**{**WANTED.__dict__, **changes})


@pytest.mark.parametrize(
    ("wanted", "offered", "way", "reason"),
    [
        # Later is cheapest, and good enough unless the words are wanted at once.
        (_wanted(), ALL, Way.BATCH, "cheapest"),
        (_wanted(at_once=True), ALL, Way.FAST, "batch: its words come too late"),
        (_wanted(at_once=True, seconds=15), ALL, Way.FAST, "cheapest"),
        # Where fast transcription is not offered, the SDK serves very short clips.
        (_wanted(at_once=True, seconds=15), {Way.BATCH, Way.STREAMED}, Way.STREAMED, "batch: its words"),
        (_wanted(at_once=True, seconds=15, is_wav=False), {Way.STREAMED}, None, "no WAV file"),
        (_wanted(at_once=True, seconds=15.1), {Way.BATCH, Way.STREAMED}, None, "streamed: the sound is too"),
        (_wanted(at_once=True, seconds=10, seconds_left=12), {Way.STREAMED}, None, "too little time"),
        (_wanted(at_once=True, seconds=10, languages=("a", "b", "c", "d")), {Way.STREAMED}, Way.STREAMED, ""),
        (
            _wanted(at_once=True, seconds=10, languages=("a", "b", "c", "d", "e")),
            {Way.STREAMED},
            None,
            "too many languages",
        ),
        # Fast transcription takes less than two hours and less than 300 MB, if there is time for it.
        (_wanted(at_once=True, seconds_left=19), ALL, None, "fast: too little time is left"),
        (_wanted(at_once=True, seconds_left=20), ALL, Way.FAST, ""),
        (_wanted(at_once=True, seconds=7_200, seconds_left=1e6), ALL, None, "fast: the sound is too long"),
        (_wanted(at_once=True, seconds=7_199, seconds_left=1e6), ALL, Way.FAST, ""),
        (_wanted(at_once=True, size_bytes=300_000_000), ALL, None, "fast: the file is too large"),
        (_wanted(size_bytes=1_000_000_001), ALL, None, "batch: the file is too large"),
        # Without a staging area there are no batches.
        (_wanted(), {Way.FAST, Way.STREAMED}, Way.FAST, "cheapest"),
        # While money is short only the cheapest is left.
        (_wanted(thrift=Thrift.CHEAP), ALL, Way.BATCH, ""),
        (_wanted(thrift=Thrift.BRIEF, at_once=True), ALL, Way.FAST, ""),
        (_wanted(thrift=Thrift.CHEAP, at_once=True), ALL, None, "fast: too dear while money is short"),
        # A minute costs $0.003 in a batch and $0.006 fast.
        (_wanted(budget_usd_micros=3_000), ALL, Way.BATCH, ""),
        (_wanted(budget_usd_micros=2_999), ALL, None, "batch: costs more than is allowed"),
        (_wanted(budget_usd_micros=5_999, at_once=True), ALL, None, "fast: costs more than is allowed"),
        (_wanted(seconds=0), ALL, None, "There is no sound to transcribe."),
        (_wanted(seconds=float("nan")), ALL, None, "There is no sound to transcribe."),
        (_wanted(), (), None, "No speech service is configured."),
    ],
)
def test_the_cheapest_way_that_fits(
    wanted: Wanted, offered: frozenset[Way], way: Way | None, reason: str
) -> None:
    choice = choose(wanted, offered)
    assert choice.way is way
    assert reason in choice.reason
    assert choice.reason.endswith(".")
    assert len(choice.reason) <= 300


@given(
    seconds=st.floats(0.1, 10_000),
    size_bytes=st.integers(0, 2_000_000_000),
    at_once=st.booleans(),
    left=st.floats(-10, 10_000),
    thrift=st.sampled_from(Thrift),
    offered=st.sets(st.sampled_from(Way)),
)
def test_a_dearer_way_is_never_taken_where_a_cheaper_one_would_do(
    seconds: float, size_bytes: int, *, at_once: bool, left: float, thrift: Thrift, offered: set[Way]
) -> None:
    wanted = _wanted(
        seconds=seconds, size_bytes=size_bytes, at_once=at_once, seconds_left=left, thrift=thrift
    )
    way = choose(wanted, offered).way
    for other in offered:
        alone = choose(wanted, {other}).way
        if alone is not None:
            assert way is not None
            assert cost_usd_micros(way, seconds) <= cost_usd_micros(alone, seconds)


@pytest.mark.parametrize(
    ("way", "name", "hour"),
    [
        (Way.BATCH, "azure-speech-batch", 180_000),
        (Way.FAST, "azure-speech-fast", 360_000),
        (Way.STREAMED, "azure-speech-streamed", 1_000_000),
    ],
)
def test_the_ledger_names_the_way_and_its_price(way: Way, name: str, hour: int) -> None:
    call = call_of(way, 3_600)
    assert (call.task, call.role, call.deployment) == ("video.transcribe", "transcription", name)
    assert (call.cost_usd_micros, call.usage.input_tokens, call.usage.output_tokens) == (hour, 0, 0)
    assert SERVICES[way].price_source


def test_an_unknown_price_is_an_error() -> None:
    """Never $0."""
    free = SpeechService(
        name="x", usd_micros_per_audio_hour=0, price_source="?", price_read_on=date(2026, 1, 1)
    )
    for services in ({}, {Way.BATCH: free}):
        with pytest.raises(ConfigurationError):
            call_of(Way.BATCH, 60, services)
        with pytest.raises(ConfigurationError):
            choose(WANTED, {Way.BATCH}, services)
