"""One worker process of the stampede: many jobs that ask the same, of a model behind cache and Redis.

Says `ready` when connected, waits for a line, asks, and prints one JSON line about what came of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[3]))

from shared.ai.caching import CachedChatModel
from shared.ai.port import (
    CacheScope,
    FinishReason,
    Message,
    ModelCall,
    ModelReply,
    ModelRequest,
    Role,
    Task,
    Usage,
)
from shared.cache.redis import RedisCache
from shared.cache.redis_link import RedisLink

COST_USD_MICROS = 570


class SimulatorModel:
    """The barest client of the simulator."""

    def __init__(self, session: aiohttp.ClientSession, endpoint: str, key: str) -> None:
        self._session = session
        self._url = f"{endpoint}/chat/completions?api-version=2024-05-01-preview"
        self._key = key

    async def complete(self, request: ModelRequest) -> ModelReply:
        body = {
            "model": "DeepSeek-V3",
            "messages": [{"role": turn.role, "content": turn.text} for turn in request.messages],
        }
        async with self._session.post(self._url, json=body, headers={"api-key": self._key}) as response:
            answer = await response.json()
        usage = Usage(input_tokens=300, output_tokens=50)
        request.spent(
            ModelCall(
                task=request.task.name,
                role=request.task.role,
                deployment="DeepSeek-V3",
                usage=usage,
                cost_usd_micros=COST_USD_MICROS,
            )
        )
        return ModelReply(
            text=answer["choices"][0]["message"]["content"],
            deployment="DeepSeek-V3",
            finish_reason=FinishReason.STOP,
            usage=usage,
            cost_usd_micros=COST_USD_MICROS,
        )


def _request(question: str, seconds: float, paid: list[ModelCall]) -> ModelRequest:
    task = Task(
        name="test.stampede",
        prompt_version=1,
        role=Role.GENERATION,
        cache_scope=CacheScope.CREATOR,
        cache_ttl_seconds=60,
        max_output_tokens=100,
        temperature=0.5,
    )
    return ModelRequest(
        task=task,
        creator_id="123",
        messages=(Message(role="user", text=question),),
        deadline=time.monotonic() + seconds,
        spent=paid.append,
    )


async def ask(redis_url: str, endpoint: str, key: str, question: str, jobs: int, seconds: float) -> None:
    """Let the jobs ask, and report."""
    link = RedisLink(redis_url, timeout_seconds=5)
    cache = RedisCache(link)
    await cache.get("connect")
    paid: list[ModelCall] = []
    async with aiohttp.ClientSession() as session:
        model = CachedChatModel(SimulatorModel(session, endpoint, key), cache, key=b"key")
        print("ready", flush=True)  # noqa: T201 - the parent reads it
        await asyncio.to_thread(sys.stdin.readline)
        started = time.monotonic()
        asked = (model.complete(_request(question, seconds, paid)) for _ in range(jobs))
        answers = await asyncio.gather(*asked, return_exceptions=True)
    await link.close()
    report = {
        "answers": [answer.text if isinstance(answer, ModelReply) else repr(answer) for answer in answers],
        "paid": len(paid),
        "seconds": time.monotonic() - started,
    }
    print(json.dumps(report), flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    redis_url, endpoint, key, question, jobs, seconds = sys.argv[1:]
    asyncio.run(ask(redis_url, endpoint, key, question, int(jobs), float(seconds)))
