"""What the app stands on, and how each is asked whether it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from shared.cache.redis_link import RedisLink
from shared.clock import Clock
from shared.contracts import Topic
from shared.dead_letters.letters import Source
from shared.dead_letters.port import Letters
from shared.health.checking import Checks, Service
from shared.persistence.database import Database
from shared.settings import Settings

#: What no filter takes is nobody's: looking at it disturbs nobody.
_LOOKED_AT = Source(topic=Topic.JOBS, subscription="unrouted")
_PORTS = {"https": 443, "http": 80}


def health_checks(
    settings: Settings, database: Database, letters: Letters, clock: Clock, opened: AsyncExitStack
) -> Checks:
    """Compose it; nothing is asked before somebody wants to know."""
    services = {
        "postgresql": Service(probe=lambda: database.run("SELECT 1", {}), essential=True),
        "service_bus": Service(
            probe=lambda: letters.peek(_LOOKED_AT, from_sequence=0, limit=1), essential=True
        ),
        "models": Service(probe=_reaches(settings.azure_ai_endpoint), essential=False),
    }
    if settings.redis_url is not None:
        link = RedisLink(settings.redis_url.get_secret_value(), clock=clock)
        opened.push_async_callback(link.close)
        services["redis"] = Service(probe=_answers(link), essential=False)
    return Checks(services, clock)


def _answers(link: RedisLink) -> Callable[[], Awaitable[None]]:
    async def ping() -> None:
        if await link.ask("PING", missing=None) is None:
            raise ConnectionError

    return ping


def _reaches(url: str) -> Callable[[], Awaitable[None]]:
    """Tell whether an endpoint takes connections, which costs no call."""
    parts = urlsplit(url)

    async def connect() -> None:
        port = parts.port or _PORTS[parts.scheme]
        _reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=parts.scheme == "https")
        writer.close()

    return connect
