"""What a chat job costs in round trips to a Redis in another cloud."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Protocol
from uuid import uuid4

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.scripted import ScriptedChatModel
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock
from shared.contracts import JobType
from shared.messaging.worker import JobContext
from workers.chat_suggestions.handler import suggest
from workers.chat_suggestions.messages import ChatPayload

ANSWER = json.dumps(
    {
        "language": "en",
        "suggestions": [
            {"text": text, "tone": "warm", "intent": "connect"} for text in ("one", "two", "three")
        ],
    }
)


class Wire(Protocol):
    """See conftest.py."""

    commands: list[str]
    packets: int
    url: str

    async def stop(self) -> None: ...


@pytest.fixture
async def cache(wire: Wire) -> AsyncIterator[RedisCache]:
    """A cache behind the wire."""
    link = RedisLink(wire.url, timeout_seconds=5)
    yield RedisCache(link)
    await link.close()


@pytest.fixture
def context() -> JobContext:
    """A job of a creator that no other test knows."""
    return JobContext(
        job_id="job_1",
        job_type=JobType.CHAT_SUGGEST,
        creator_id=str(uuid4()),
        attempt=0,
        epoch=0,
        deadline=SystemClock().monotonic() + 10,
    )


PAYLOAD = ChatPayload.model_validate({"fanMessage": "I miss you"})


async def test_a_new_question_is_two_and_a_known_one_is_one(
    wire: Wire, cache: RedisCache, context: JobContext
) -> None:
    """A look that leaves a lease, and a SET; then a look alone, and no model."""
    script = ScriptedChatModel([ANSWER])
    model = CachedChatModel(script, cache, key=b"key")
    assert not (await suggest(context, PAYLOAD, model=model)).cached
    async with asyncio.timeout(10):
        while "SET" not in wire.commands:  # noqa: ASYNC110 - nobody waits for the last
            await asyncio.sleep(0.01)
    assert [command for command in wire.commands if len(command) > len("PX")] == ["EVAL", "SET"]
    assert wire.packets == 2
    wire.commands.clear()
    assert (await suggest(context, PAYLOAD, model=model)).cached
    assert wire.commands == ["EVALSHA"]
    assert len(script.requests) == len(context.calls) == 1


async def test_without_redis_jobs_go_on(wire: Wire, cache: RedisCache, context: JobContext) -> None:
    """They only cost more."""
    await wire.stop()
    model = CachedChatModel(ScriptedChatModel([ANSWER, ANSWER]), cache, key=b"key")
    for _ in range(2):
        assert not (await suggest(context, PAYLOAD, model=model)).cached
    assert len(context.calls) == 2
