"""`circuits`: show which deployments are left alone, why and for how long, and close a circuit again.

The workers share their circuits through Redis, and hear of a reset within a second. Works on the running
stack, or on the Redis that `REDIS_URL` names.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.local.environment import Environment
from infra.local.process import ServiceError
from shared.ai.breaker import Breaker, Health
from shared.ai.redis_circuits import RedisBreakerStore
from shared.cache.redis_link import RedisLink
from shared.clock import SystemClock

#: An operator waits longer than a job.
_TIMEOUT_SECONDS = 5.0


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print the circuits that are not closed, after closing what is to be closed.

    Returns:
        1 when a deployment that is to be closed has no open circuit.

    Raises:
        ServiceError: Redis does not answer.
    """
    url = Environment(os.environ)["REDIS_URL"]
    names: list[str] = arguments.reset or []
    unknown, health = asyncio.run(_reset(url, names, all_of_them=arguments.reset_all))
    for name in unknown:
        console.print(Text(f"Nothing is known against {name}."), style="bold red")
    console.print(_table(health) if health else Text("All circuits are closed."))
    return 1 if unknown else 0


async def _reset(url: str, names: list[str], *, all_of_them: bool) -> tuple[list[str], Mapping[str, Health]]:
    """Close circuits; return whom nothing was known against, and what is known now."""
    clock, link = SystemClock(), RedisLink(url, timeout_seconds=_TIMEOUT_SECONDS)
    try:
        if await link.ask("PING", missing=None) is None:
            raise ServiceError("Redis does not answer: look at REDIS_URL.")
        breaker = Breaker(RedisBreakerStore(link, clock), clock)
        await breaker.refresh()
        known = set(breaker.health())
        for name in known if all_of_them else known & set(names):
            await breaker.reset(name)
        return [name for name in names if name not in known], breaker.health()
    finally:
        await link.close()


def _table(health: Mapping[str, Health]) -> Table:
    table = Table("deployment", "circuit", "because", "lets a call through")
    for name, known in sorted(health.items()):
        because = known.cause.value.replace("_", " ") if known.cause else ""
        seconds = known.opens_in_seconds
        table.add_row(name, known.state.value, because, f"in {seconds:.0f} s" if seconds else "now")
    return table
