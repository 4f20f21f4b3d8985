"""Replaying messages to a side, and what comes of it: money, hits, and what fans read twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.money.ours import OurSide
from benchmarks.money.pairs import Pair
from benchmarks.money.peers import Store
from benchmarks.money.traffic import FanMessage
from shared.ai.port import ModelCall

_MICROS = 1_000_000


@dataclass
class Replay:
    """What a side did with some messages."""

    messages: int = 0
    #: Left behind by a newer one of the same conversation before anybody asked for suggestions.
    superseded: int = 0
    calls: int = 0
    calls_of: Counter[str] = field(default_factory=Counter)
    usd_micros_of: Counter[str] = field(default_factory=Counter)
    usd_micros: float = 0.0
    bank_usd_micros: int = 0
    #: Calls for one message's suggestions; the others are for banks.
    suggestion_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    #: Messages that were answered without a call.
    hits: int = 0
    #: Replies that were the same as the one before, to the same fan.
    immediate_repeats: int = 0
    #: Replies that the fan had read before in the conversation.
    repeats: int = 0
    #: Messages for which a text was offered that had just been offered for the one before.
    offered_again: int = 0
    _read: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _offered: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def usd_per_thousand(self) -> float:
        """What a thousand messages cost."""
        return self.usd_micros / self.messages / _MICROS * 1000

    @property
    def hit_rate(self) -> float:
        """The share of messages that were answered without a call."""
        return self.hits / self.messages

    def usd_per_thousand_with_banks_over(self, days: int) -> float:
        """What a thousand messages cost if the banks written here serve for so many days."""
        usd_micros = self.usd_micros - self.bank_usd_micros * (1 - 1 / days)
        return usd_micros / self.messages / _MICROS * 1000

    def pay(self, call: ModelCall) -> None:
        """Note a call of ours."""
        self.calls += 1
        self.calls_of[call.deployment] += 1
        self.usd_micros_of[call.deployment] += call.cost_usd_micros
        self.usd_micros += call.cost_usd_micros
        if call.task == "chat.bank":
            self.bank_usd_micros += call.cost_usd_micros
        else:
            self.suggestion_calls += 1
        self.input_tokens += call.usage.input_tokens
        self.output_tokens += call.usage.output_tokens

    def note(self, conversation: str, tapped: str, offered: Sequence[str]) -> None:
        """Note what a fan reads, and what a creator was offered."""
        read = self._read[conversation]
        self.messages += 1
        self.immediate_repeats += read[-1:] == [tapped]
        self.repeats += tapped in read
        self.offered_again += bool(self._offered.get(conversation, frozenset()) & set(offered))
        read.append(tapped)
        self._offered[conversation] = frozenset(offered)


async def ours(side: OurSide, messages: Sequence[FanMessage], *, reads_after_seconds: float = 0.0) -> Replay:
    """Let our side answer a day.

    Args:
        side: who answers.
        messages: in the order in which they were written.
        reads_after_seconds: how long after a message the creator asks for suggestions: a message that is
            followed by another before is answered with that one. 0: each is answered by itself.
    """
    replay = Replay()
    for message, superseded in zip(messages, _superseded(messages, reads_after_seconds), strict=True):
        served = await side.answer(message, superseded=superseded)
        if served is None:
            replay.messages += 1
            replay.superseded += 1
            continue
        replay.note(message.conversation_id, served.tapped, served.texts)
        replay.hits += not served.calls
        for call in served.calls:
            replay.pay(call)
    return replay


def _superseded(messages: Sequence[FanMessage], within_seconds: float) -> list[bool]:
    """Return for each message whether another of its conversation follows so soon."""
    following: dict[str, float] = {}
    found = list[bool]()
    for message in reversed(messages):
        follows = following.get(message.conversation_id)
        found.append(follows is not None and follows - message.at < within_seconds)
        following[message.conversation_id] = message.at
    return found[::-1]


def theirs(store: Store, messages: Sequence[FanMessage], *, calls: int, usd_micros: float) -> Replay:
    """Let a peer answer a day; a miss is charged so many calls at so much each."""
    replay = Replay()
    for number, message in enumerate(messages):
        answer = store.find(message.creator_id, message.text)
        if answer is None:
            answer = f"answer {number}"
            store.keep(message.creator_id, message.text, answer)
            replay.calls += calls
            replay.usd_micros += calls * usd_micros
        else:
            replay.hits += 1
        replay.note(message.conversation_id, answer, (answer,))
    return replay


async def our_wrong_serves(side: OurSide, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs of which the second message gets what the first one got, asked either way round."""
    wrong = []
    for number, pair in enumerate(pairs):
        one = await side.answer(_asked(pair.first, pair.language, f"one-{number}"))
        other = await side.answer(_asked(pair.second, pair.language, f"other-{number}"))
        if one is None or other is None:
            raise RuntimeError("Each message of a pair is answered by itself.")
        if set(one.texts) & set(other.texts) or (one.intent and one.intent == other.intent):
            wrong.append(pair)
    return wrong


def their_wrong_serves(store: Store, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs of which the second message is served the first one's answer; each pair is alone."""
    wrong = []
    for number, pair in enumerate(pairs):
        store.keep(f"pair-{number}", pair.first, "the first one's answer")
        if store.find(f"pair-{number}", pair.second) is not None:
            wrong.append(pair)
    return wrong


def _asked(text: str, language: str, conversation: str) -> FanMessage:
    return FanMessage(
        creator_id=f"creator-{language}",
        fan_id=conversation,
        conversation_id=conversation,
        text=text,
        at=0.0,
        language=language,
    )
