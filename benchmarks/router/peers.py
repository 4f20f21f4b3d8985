"""The peers: LiteLLM's router, OpenAI's SDK, and aiohttp with nothing around it; none of them retries."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.router.endpoint import BROKEN, KEY, WORKING
from benchmarks.router.traffic import MAX_OUTPUT_TOKENS, TEMPERATURE, Ask, chat

#: Of LiteLLM's providers that fit the endpoint, the one that takes the least CPU time.
_PROVIDER = "azure_ai"
#: As our deployments have it.
_MAX_CONCURRENT_CALLS = 32
_MONTH_USD = 1_000_000.0


@asynccontextmanager
async def bare_aiohttp(url: str) -> AsyncIterator[Ask]:
    """Post and read JSON."""
    import aiohttp

    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask(text: str) -> str:
            body = {"model": WORKING, "messages": chat(text), **_options()}
            async with session.post(f"{url}/openai/v1/chat/completions", json=body) as response:
                return str((await response.json())["choices"][0]["message"]["content"])

        yield ask


@asynccontextmanager
async def openai_sdk(url: str) -> AsyncIterator[Ask]:
    """Ask through the asynchronous client."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=f"{url}/openai/v1", api_key=KEY, max_retries=0) as client:

        async def ask(text: str) -> str:
            answer = await client.chat.completions.create(model=WORKING, messages=chat(text), **_options())
            return str(answer.choices[0].message.content)

        yield ask


@asynccontextmanager
async def litellm_router(
    url: str, *, model: str = "first", redis_url: str | None = None
) -> AsyncIterator[Ask]:
    """Ask LiteLLM's router to do what ours does: cache, count money, limit concurrency, fall back.

    It falls back from `broken` to `second`, and cools `broken` down no more than ours does.
    """
    # Without a network it would wait for its price list from the web at every start.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    # Its advice to report errors goes to standard output, which is ours.
    litellm.suppress_debug_info = True
    groups = {"first": WORKING, "broken": BROKEN, "second": WORKING}
    router = litellm.Router(
        model_list=[_group(name, deployment, url) for name, deployment in groups.items()],
        fallbacks=[{"broken": ["second"]}],
        num_retries=0,
        disable_cooldowns=model == "broken",
        cache_responses=True,
        redis_url=redis_url,
        default_max_parallel_requests=_MAX_CONCURRENT_CALLS,
        provider_budget_config={_PROVIDER: {"budget_limit": _MONTH_USD, "time_period": "30d"}},
    )

    async def ask(text: str) -> str:
        answer = await router.acompletion(model=model, messages=chat(text), **_options())
        return str(answer.choices[0].message.content)

    yield ask


def _group(name: str, deployment: str, url: str) -> dict[str, Any]:
    parameters = {"model": f"{_PROVIDER}/{deployment}", "api_base": f"{url}/openai/v1", "api_key": KEY}
    return {"model_name": name, "litellm_params": parameters}


def _options() -> dict[str, Any]:
    return {"max_tokens": MAX_OUTPUT_TOKENS, "temperature": TEMPERATURE}
