"""Our side: the chat worker's own handler, its bank, and the router's own policies around a counting model.

The clock stands in June 2025, when DeepSeek-V3 was not yet retired, so that the router chooses the founding
document's model at its price. It moves with the messages, so that what is kept for a time is kept so long.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from benchmarks.money.tokens import Tokens, tokens
from benchmarks.money.traffic import SEED, FanMessage, name_of
from benchmarks.money.writer import Writer
from shared.ai.allowance import ExtraCalls
from shared.ai.breaker import Breaker
from shared.ai.caching import CachedChatModel
from shared.ai.catalogue import Catalogue
from shared.ai.circuits import MemoryBreakerStore
from shared.ai.port import ChatModel, ModelCall
from shared.ai.routing import RoutedChatModel
from shared.ai.selecting import CandidateSelector, as_told
from shared.ai.stack import DeploymentModels
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.steps import Steps
from shared.messaging.worker import JobContext
from shared.persistence.checkpoints import Payment
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_checkpoints import MemoryCheckpoints
from shared.settings import Settings
from workers.chat_suggestions.bank import Banks
from workers.chat_suggestions.handler import Desk, suggest
from workers.chat_suggestions.messages import ChatPayload

_MORNING = datetime(2025, 6, 2, tzinfo=UTC)
_DEADLINE_SECONDS = 90.0
_DAY_SECONDS = 86_400.0
#: What a front end shows of a conversation, and sends along.
_HISTORY = 20
_SETTINGS = {
    "servicebus_connection": "unused",
    "database_url": "postgresql://unused",
    "azure_ai_endpoint": "http://127.0.0.1/models",
    "azure_ai_key": "unused",
}
#: Short, as most are: none is so elaborate that the router would choose another model for it.
_STYLES = ("warm and teasing", "shy and sweet", "bold and funny", "calm and elegant", "playful")


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a message was answered with."""

    texts: Sequence[str]
    calls: Sequence[ModelCall]
    #: The one that the creator tapped, and the fan saw.
    tapped: str
    #: What they were chosen for, if they come from the bank.
    intent: str | None


@dataclass
class _Conversation:
    lines: list[dict[str, str]] = field(default_factory=list)
    turns: int = 0


class OurSide:
    """Answers messages as the deployed worker does, one after another."""

    def __init__(self, tokens: Tokens = tokens, seed: int = SEED) -> None:
        self._clock = ManualClock(_MORNING)
        self._chance = random.Random(seed)  # noqa: S311 - the same day must be answered alike
        self._model = _composed(self._clock, self._chance, tokens)
        self._checkpoints = MemoryCheckpoints(MemoryJobStore(self._clock), self._clock)
        self._conversations: defaultdict[str, _Conversation] = defaultdict(_Conversation)
        self._suggest = _suggesting(self._model, self._clock)
        self._jobs = 0
        self._midnight = 0.0

    def next_day(self) -> None:
        """Let the next day begin."""
        self._midnight += _DAY_SECONDS

    async def answer(self, message: FanMessage, *, superseded: bool = False) -> Served | None:
        """Suggest replies, and tap one; none for a message that a newer one has left behind."""
        self._clock.advance(max(0.0, self._midnight + message.at - self._clock.monotonic()))
        conversation = self._conversations[message.conversation_id]
        context = self._context(message, conversation.turns, superseded=superseded)
        result = await self._suggest(context, _payload(message, conversation.lines))
        texts = [suggestion.text for suggestion in result.suggestions]
        conversation.turns += 1
        if result.superseded:
            conversation.lines.append({"from": "fan", "text": message.text})
            return None
        tapped = self._chance.choice(texts)
        conversation.lines += [{"from": "fan", "text": message.text}, {"from": "creator", "text": tapped}]
        return Served(
            texts=texts,
            calls=tuple(context.calls),
            tapped=tapped,
            intent=result.suggestions[0].intent if result.from_bank else None,
        )

    def _context(self, message: FanMessage, turn: int, *, superseded: bool) -> JobContext:
        self._jobs += 1
        job_id, calls = f"job_{self._jobs}", list[ModelCall]()
        payer = Payment(job_id=job_id, epoch=0, attempt=0, creator_id=message.creator_id)
        steps = Steps(
            checkpoints=self._checkpoints, unwritten=UnwrittenCalls(calls, f"{job_id}:0:0"), payer=payer
        )
        return JobContext(
            job_id=job_id,
            job_type=JobType.CHAT_SUGGEST,
            creator_id=message.creator_id,
            attempt=0,
            epoch=0,
            deadline=self._clock.monotonic() + _DEADLINE_SECONDS,
            turn=turn,
            superseded=superseded,
            calls=calls,
            steps=steps,
        )


def _payload(message: FanMessage, lines: Sequence[dict[str, str]]) -> ChatPayload:
    style = _STYLES[sum(message.creator_id.encode()) % len(_STYLES)]
    context: dict[str, Any] = {
        "fanName": name_of(message.fan_id, message.language),
        "persona": {"name": message.creator_id, "style": style, "language": message.language},
        "recentMessages": lines[-_HISTORY:],
    }
    return ChatPayload.model_validate(
        {"fanMessage": message.text, "conversationId": message.conversation_id, "context": context}
    )


def _composed(clock: ManualClock, chance: random.Random, tokens: Tokens) -> ChatModel:
    """Compose the router as the bootstrap does, without a network, a budget, or traces."""
    catalogue = Catalogue.from_settings(Settings.model_validate(_SETTINGS))
    breaker = Breaker(MemoryBreakerStore(clock), clock)
    extra = ExtraCalls()
    models = DeploymentModels(
        lambda deployment: Writer(deployment, chance, tokens), breaker, clock, extra=extra
    )
    selector = CandidateSelector(catalogue, as_told, breaker.health, clock)
    routed = RoutedChatModel(selector, models, breaker, clock, extra=extra)
    return CachedChatModel(routed, MemoryCache(clock), key=b"money", clock=clock)


def _suggesting(model: ChatModel, clock: ManualClock) -> Any:
    """Compose the worker as its trigger does."""
    return partial(suggest, model=model, desk=Desk(banks=Banks(model, clock)))
