"""Dollars for 1,000 fan messages, on a replayed day, at the founding document's prices.

Ours is charged for what its calls really hold: the tokens of the prompts that the handler builds and of
answers of the usual length, banks and answers that were refused included. The peers are charged what the
founding document assumes of a call, 300 tokens in and 50 out, three calls for three suggestions, which
favours them; `with_our_calls` says what they cost with ours, which bring three suggestions at once, light
messages to a small model.

A file of messages is replayed instead of the made days by `money=FILE` (`benchmarks.money.traffic.read`).
Its one day would pay for banks that serve for thirty, so a thirtieth of their price is charged; what the day
costs if it pays for them alone is told beside it.

Unless it is told otherwise, each message is answered by itself. What it saves to answer the last of several
messages in a row (a burst) is told for bursts of some lengths, and for a file whose lines have times.

What a fan gets is compared, too: a cache that serves an answer to another question is cheap for nothing. The
pairs that it is tried on are in `pairs.jsonl`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measurement import Measurement, Promise, compare
from benchmarks.money.ours import OurSide
from benchmarks.money.pairs import Pair, pairs
from benchmarks.money.peers import ExactStore, NoStore, Store, semantic
from benchmarks.money.replaying import Replay, our_wrong_serves, ours, their_wrong_serves, theirs
from benchmarks.money.traffic import SEED, FanMessage, day, exact_duplicates, has_times, read
from shared.ai.catalogue import KNOWN
from workers.chat_suggestions.bank import GENERATION_DAYS

#: 34.2 dollars a month with 80 % hits, for 150,000 messages (founding document).
SEED_USD_PER_THOUSAND = 0.228
#: 300 tokens in and 50 out of DeepSeek-V3.
SEED_CALL_USD_MICROS = 570.0
SUGGESTIONS = 3
TIMES_CHEAPER = 4
#: The last one is what is promised for; banks are good for 30.
DAYS = 4
#: Nobody knows how much of what fans write is everyday; so it is also told what others would cost. (After a
#: session's first message, fewer are: see `_OPENS` in `benchmarks.money.traffic`.)
SHARES = (0.3, 0.6, 0.75, 0.9)
#: Nor how many messages they write in a row; on the average.
BURSTS = (1.5, 2.0, 3.0)
#: After the last of them a creator looks.
READS_AFTER_SECONDS = 60.0
FEWER = 2_000

_UNIT = "USD / 1,000"
_SEMANTIC = "GPTCache at its default threshold"


def measure(path: Path | None = None) -> Iterator[Measurement]:
    """Replay a day, the founding document's money beside ours, then what else a cache does."""
    messages = read(path) if path else day()
    with semantic() as gptcache:
        stores: dict[str, Store] = {
            "a call per suggestion, no cache": NoStore(),
            "exact cache": ExactStore(),
            _SEMANTIC: gptcache,
        }
        peers = {
            name: theirs(store, messages, calls=SUGGESTIONS, usd_micros=SEED_CALL_USD_MICROS)
            for name, store in stores.items()
        }
        days = [messages] if path else [messages, *(day(SEED + number) for number in range(1, DAYS))]
        side = OurSide()
        first, later = asyncio.run(_replayed(side, days))
        yield from _money(messages, first, later, peers, banks_over=GENERATION_DAYS if path else 1)
        yield from _in_bursts(path, messages) if path else _other_traffic(side)
        yield from _repeats(first, peers)
        yield _wrong_serves(asyncio.run(our_wrong_serves(OurSide(), pairs())), gptcache)


async def _replayed(side: OurSide, days: Sequence[Sequence[FanMessage]]) -> tuple[Replay, Replay]:
    """Return a first day, for which all banks are written, and the last one, for which most are there."""
    replays = list[Replay]()
    for messages in days:
        replays.append(await ours(side, messages))
        side.next_day()
    return replays[0], replays[-1]


def _in_bursts(path: Path, messages: Sequence[FanMessage]) -> Iterator[Measurement]:
    """Say what a file's day costs if the creator looks a minute after the last message of a row."""
    if not has_times(path):
        return
    replay = asyncio.run(ours(OurSide(), messages, reads_after_seconds=READS_AFTER_SECONDS))
    yield _beside(
        f"read {READS_AFTER_SECONDS:.0f} s after the last message",
        replay.usd_per_thousand_with_banks_over(GENERATION_DAYS),
        SEED_USD_PER_THOUSAND,
        "the founding document",
        details=_details(replay),
    )


def _other_traffic(side: OurSide) -> Iterator[Measurement]:
    """Say what days cost that are more everyday, or less, or written in bursts; most banks are there."""
    shares = {
        f"a day of {share:.0%} everyday messages": day(SEED - 1, messages=FEWER, everyday_share=share)
        for share in SHARES
    }
    bursts = {
        f"a day in bursts of {burst:g} messages": day(SEED - 2, messages=FEWER, burst=burst)
        for burst in BURSTS
    }
    for name, messages in {**shares, **bursts}.items():
        wait = READS_AFTER_SECONDS if name in bursts else 0.0
        replay = asyncio.run(ours(side, messages, reads_after_seconds=wait))
        side.next_day()
        founding = (SEED_USD_PER_THOUSAND, "the founding document")
        yield _beside(name, replay.usd_per_thousand, *founding, details=_details(replay))


def _money(
    messages: Sequence[FanMessage], first: Replay, later: Replay, peers: dict[str, Replay], *, banks_over: int
) -> Iterator[Measurement]:
    promise = Promise(
        text=f"at least {TIMES_CHEAPER} times below", holds=lambda ratio: ratio <= 1 / TIMES_CHEAPER
    )
    traffic = {"messages": len(messages), "exact_duplicates": exact_duplicates(messages)}
    founding = (SEED_USD_PER_THOUSAND, "the founding document")
    details = {**_details(later), **traffic, "usd_per_thousand_of": _elsewhere(later)}
    paid = later.usd_per_thousand_with_banks_over(banks_over)
    name = "a later day" if banks_over == 1 else f"a day, banks over {banks_over} days"
    yield _beside(name, paid, *founding, promise=promise, details=details)
    yield _beside("the first day, banks written", first.usd_per_thousand, *founding, details=_details(first))
    for peer_name, peer in peers.items():
        details = {**_details(peer), "with_our_calls": (1 - peer.hit_rate) * _one_call(later)}
        yield _beside(name, paid, peer.usd_per_thousand, peer_name, details=details)
        if peer.hit_rate:
            yield _beside("answered without a call", later.hit_rate, peer.hit_rate, peer_name, unit="share")


def _one_call(replay: Replay) -> float:
    """Return the dollars of a thousand calls of ours, light ones and heavy; each brings three suggestions."""
    return (replay.usd_micros - replay.bank_usd_micros) / max(replay.suggestion_calls, 1) / 1000


def _elsewhere(replay: Replay) -> dict[str, float]:
    """Return what the same tokens cost at other models of the catalogue, thoughts not counted."""
    return {
        model.name: model.price_usd_micros(replay.input_tokens, replay.output_tokens) / replay.messages / 1000
        for model in KNOWN
        if not model.images
    }


def _repeats(first: Replay, peers: dict[str, Replay]) -> Iterator[Measurement]:
    none = Promise(text="none", holds=lambda ratio: ratio == 0)
    details = {"offered_again": first.offered_again, "messages": first.messages}
    for name, peer in peers.items():
        if peer.repeats:
            yield _beside("repeats", first.repeats, peer.repeats, name, unit="replies", details=details)
        if peer.immediate_repeats:
            mine, theirs = first.immediate_repeats, peer.immediate_repeats
            yield _beside("immediate repeats", mine, theirs, name, unit="replies", promise=none)


def _wrong_serves(wrong: Sequence[Pair], gptcache: Store) -> Measurement:
    known = pairs()
    their_wrong = their_wrong_serves(gptcache, known)
    return _beside(
        "wrong serves on near misses",
        len(wrong),
        len(their_wrong),
        _SEMANTIC,
        unit="pairs",
        promise=Promise(text="none", holds=lambda ratio: ratio == 0),
        details={
            "pairs": dict(Counter(pair.kind for pair in known)),
            "ours": [f"{pair.first} / {pair.second}" for pair in wrong],
            "theirs": dict(Counter(pair.kind for pair in their_wrong)),
        },
    )


def _details(replay: Replay) -> dict[str, Any]:
    calls = max(replay.calls, 1)
    return {
        "hit_rate": replay.hit_rate,
        "superseded": replay.superseded / replay.messages,
        "calls": replay.calls,
        "calls_of": dict(replay.calls_of),
        "usd_per_thousand_by_model": {
            name: usd_micros / replay.messages / 1000 for name, usd_micros in replay.usd_micros_of.items()
        },
        "bank_usd_per_thousand": replay.bank_usd_micros / replay.messages / 1000,
        "input_tokens_per_call": replay.input_tokens / calls,
        "output_tokens_per_call": replay.output_tokens / calls,
        "immediate_repeats": replay.immediate_repeats,
        "repeats": replay.repeats,
    }


def _beside(
    name: str,
    mine: float,
    other: float,
    peer_name: str,
    *,
    unit: str = _UNIT,
    promise: Promise | None = None,
    details: dict[str, Any] | None = None,
) -> Measurement:
    """Compare two figures of one replay."""
    return compare(
        f"money, {name}",
        [mine],
        [other],
        unit=unit,
        peer_name=peer_name,
        promise=promise,
        details=details,
    )
