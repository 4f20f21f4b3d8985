"""Replaying messages to a side, and what comes of it: money, hits, and what fans read twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.money.ours import OurSide
from benchmarks.money.pairs import Pair
from benchmarks.money.peers import Store
from benchmarks.money.traffic import FanMessage

_MICROS = 1_000_000


@dataclass
class Replay:
    """What a side did with some messages."""

    messages: int = 0
    calls: int = 0
    usd_micros: float = 0.0
    bank_usd_micros: int = 0
    #: Calls for one message's suggestions, and what they wrote; the others are for banks.
    suggestion_calls: int = 0
    output_tokens_of_suggestions: int = 0
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

    def note(self, conversation: str, tapped: str, offered: Sequence[str]) -> None:
        """Note what a fan reads, and what a creator was offered."""
        read = self._read[conversation]
        self.messages += 1
        self.immediate_repeats += read[-1:] == [tapped]
        self.repeats += tapped in read
        self.offered_again += bool(self._offered.get(conversation, frozenset()) & set(offered))
        read.append(tapped)
        self._offered[conversation] = frozenset(offered)


async def ours(side: OurSide, messages: Sequence[FanMessage]) -> Replay:
    """Let our side answer a day."""
    replay = Replay()
    for message in messages:
        served = await side.answer(message)
        replay.note(message.conversation_id, served.tapped, served.texts)
        replay.hits += not served.calls
        replay.calls += len(served.calls)
        for call in served.calls:
            replay.usd_micros += call.cost_usd_micros
            if call.task == "chat.bank":
                replay.bank_usd_micros += call.cost_usd_micros
            else:
                replay.suggestion_calls += 1
                replay.output_tokens_of_suggestions += call.usage.output_tokens
            replay.input_tokens += call.usage.input_tokens
            replay.output_tokens += call.usage.output_tokens
    return replay


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
