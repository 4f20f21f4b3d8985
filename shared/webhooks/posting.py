"""Sending a webhook through the guarded transport; see `Poster`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp

from shared.ai.retry_after import retry_after_seconds
from shared.clock import Clock
from shared.errors import ForbiddenUrlError, NetworkError
from shared.fetching.transport import GuardedTransport
from shared.fetching.urls import AnyPublicHost
from shared.webhooks.schedule import ATTEMPT_SECONDS, Answer, Outcome, outcome_of

#: Of an answer's body, which nobody wants: read so that a small one ends politely, and then dropped.
MAX_BODY_BYTES = 64 * 1024
_CHUNK_BYTES = 16 * 1024


class GuardedPoster:
    """Posts to any public host: a `Poster`.

    Args:
        hosts: which URLs may be called.
        transport: makes the connections.
        clock: measures attempts.
        attempt_seconds: how long one may take in all.
    """

    def __init__(
        self,
        hosts: AnyPublicHost,
        transport: GuardedTransport,
        *,
        clock: Clock,
        attempt_seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        self._hosts = hosts
        self._transport = transport
        self._clock = clock
        self._attempt_seconds = attempt_seconds

    def check(self, url: str) -> None:
        """See `Poster.check`."""
        self._hosts.target(url)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """See `Poster.post`."""
        begun = self._clock.monotonic()
        status, wait = None, None
        try:
            async with asyncio.timeout(self._attempt_seconds):
                status, wait = await self._posted(url, headers, body)
                outcome = outcome_of(status)
        except ForbiddenUrlError:
            outcome = Outcome.FORBIDDEN
        except TimeoutError:
            outcome = Outcome.TIMED_OUT
        except (NetworkError, aiohttp.ClientError, OSError, ValueError):
            outcome = Outcome.UNREACHABLE
        took_ms = round((self._clock.monotonic() - begun) * 1000)
        return Answer(outcome=outcome, took_ms=took_ms, status=status, retry_after_seconds=wait)

    async def _posted(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, float | None]:
        target = self._hosts.target(url)
        async with self._transport.request("POST", target, headers=headers, body=body) as response:
            wait = retry_after_seconds(response.headers, "", self._clock.now())
            await _drop(response)
            return response.status, wait


async def _drop(response: aiohttp.ClientResponse) -> None:
    """Read a little of the body; the head has said all, whatever becomes of the rest."""
    left = MAX_BODY_BYTES
    try:
        async with asyncio.timeout(1.0):
            async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                left -= len(chunk)
                if left <= 0:
                    break
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
        pass  # the status was received
