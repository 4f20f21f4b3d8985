"""Asks each service that the app stands on whether it answers, all at once, and none for long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.clock import Clock
from shared.observability.failures import whereabouts

logger = logging.getLogger(__name__)

#: A service that takes longer is of no use to a creator who waits.
DEADLINE_SECONDS = 2.0
#: Whoever asks more often gets the same answer: asking costs a connection to each service.
FRESH_SECONDS = 5.0


class Standing(StrEnum):
    """How the app stands."""

    READY = "ready"
    #: Jobs are done, but slower, dearer, or later.
    DEGRADED = "degraded"
    NOT_READY = "not_ready"


@dataclass(frozen=True, kw_only=True)
class Service:
    """One thing that the app stands on."""

    #: Returns if it answers; raises whatever it raises if not.
    probe: Callable[[], Awaitable[object]]
    #: Whether no job gets done without it.
    essential: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How one service answered."""

    ok: bool
    took_ms: float
    #: In a word, and never the service's own words: `timeout`, or the kind of error.
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Health:
    """How everything stood at one moment."""

    standing: Standing
    services: Mapping[str, Answer]


class Checks:
    """Looks at every service, at most every few seconds."""

    def __init__(
        self, services: Mapping[str, Service], clock: Clock, *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._services = services
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._seen: Health | None = None
        self._seen_at = 0.0
        self._looking = asyncio.Lock()

    async def look(self) -> Health:
        """Return how everything stands, within the deadline."""
        async with self._looking:
            now = self._clock.monotonic()
            if self._seen is None or now - self._seen_at > FRESH_SECONDS:
                self._seen, self._seen_at = await self._look(), now
            return self._seen

    async def _look(self) -> Health:
        answers = await asyncio.gather(*(self._ask(name, each) for name, each in self._services.items()))
        found = dict(zip(self._services, answers, strict=True))
        silent = [self._services[name] for name, answer in found.items() if not answer.ok]
        if any(service.essential for service in silent):
            standing = Standing.NOT_READY
        else:
            standing = Standing.DEGRADED if silent else Standing.READY
        return Health(standing=standing, services=found)

    async def _ask(self, name: str, service: Service) -> Answer:
        began, problem = self._clock.monotonic(), None
        try:
            async with asyncio.timeout(self._deadline_seconds):
                await service.probe()
        except TimeoutError:
            problem = "timeout"
        except Exception as error:  # noqa: BLE001 - whatever a service's client raises, the service does not answer
            problem = type(error).__name__
            cause = whereabouts(error)
            logger.warning(
                "A service does not answer.", extra={"action": "unhealthy", "service": name, "cause": cause}
            )
        took_ms = (self._clock.monotonic() - began) * 1000
        return Answer(ok=problem is None, took_ms=round(took_ms, 1), problem=problem)
