"""Who is asked, each in a process of its own, so that nobody's garbage is collected at another's expense.

`python -m benchmarks.router.sides NAME URL [REDIS_URL]` says `READY {json}` and then, for each line with a
number on its standard input, asks so many questions one after another and says what they took.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

from benchmarks.router import peers
from benchmarks.router.traffic import Ask, question

Opening: TypeAlias = Callable[[str, str], AbstractAsyncContextManager[Ask]]

#: Other people's work goes on after an answer, in tasks and threads; this long it is still theirs.
_SETTLING_SECONDS = 0.05
#: Fills caches of every kind, and settles lazy imports.
_WARMING = 60


@dataclass(frozen=True, kw_only=True)
class Side:
    """A way of asking."""

    open: Opening
    #: Whether it is asked the same question again and again.
    repeats: bool = False


def _router(url: str, _redis_url: str) -> AbstractAsyncContextManager[Ask]:
    from benchmarks.router import ours

    return ours.router(url)


def _router_with_redis(url: str, redis_url: str) -> AbstractAsyncContextManager[Ask]:
    from benchmarks.router import ours

    return ours.router(url, redis_url=redis_url)


def _router_falling_back(url: str, _redis_url: str) -> AbstractAsyncContextManager[Ask]:
    from benchmarks.router import ours
    from shared.ai.port import Role

    return ours.router(url, role=Role.CREATIVE)


def _transport(url: str, _redis_url: str) -> AbstractAsyncContextManager[Ask]:
    from benchmarks.router import ours

    return ours.transport(url)


def _litellm_with_redis(url: str, redis_url: str) -> AbstractAsyncContextManager[Ask]:
    return peers.litellm_router(url, redis_url=redis_url)


def _peer(side: Callable[..., AbstractAsyncContextManager[Ask]], **options: Any) -> Opening:
    return lambda url, _redis_url: side(url, **options)


#: By name.
SIDES: dict[str, Side] = {
    "hit": Side(open=_router, repeats=True),
    "hit in Redis": Side(open=_router_with_redis, repeats=True),
    "miss": Side(open=_router),
    "miss in Redis": Side(open=_router_with_redis),
    "fallback": Side(open=_router_falling_back),
    "transport": Side(open=_transport),
    "aiohttp": Side(open=_peer(peers.bare_aiohttp)),
    "openai": Side(open=_peer(peers.openai_sdk)),
    "LiteLLM hit": Side(open=_peer(peers.litellm_router), repeats=True),
    "LiteLLM hit in Redis": Side(open=_litellm_with_redis, repeats=True),
    "LiteLLM miss in Redis": Side(open=_litellm_with_redis),
    "LiteLLM miss": Side(open=_peer(peers.litellm_router)),
    "LiteLLM fallback": Side(open=_peer(peers.litellm_router, model="broken")),
}


async def _serve(side: Side, url: str, redis_url: str) -> None:
    loop = asyncio.get_running_loop()
    numbers = itertools.repeat(0) if side.repeats else itertools.count()
    async with side.open(url, redis_url) as ask:
        await _asked(ask, numbers, _WARMING)
        _say("READY {}")
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            _say(json.dumps(await _asked(ask, numbers, int(line))))


async def _asked(ask: Ask, numbers: Iterator[int], count: int) -> dict[str, float]:
    """Return the CPU time of this process, all of its threads, and the wall time, for one question."""
    cpu, wall = time.process_time(), time.perf_counter()
    for number in itertools.islice(numbers, count):
        if not await ask(question(number)):
            raise ValueError("The endpoint gave no answer.")
    wall = time.perf_counter() - wall
    await asyncio.sleep(_SETTLING_SECONDS)
    cpu = time.process_time() - cpu
    return {"cpu_ms": 1000 * cpu / count, "wall_ms": 1000 * wall / count}


def _say(line: str) -> None:
    """Write to what was standard output before others could print to it."""
    os.write(_OUTPUT, f"{line}\n".encode())


if __name__ == "__main__":
    _OUTPUT = os.dup(1)
    os.dup2(2, 1)
    asyncio.run(_serve(SIDES[sys.argv[1]], *sys.argv[2:4]))
