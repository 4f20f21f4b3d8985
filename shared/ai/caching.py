"""Serving an answer again instead of paying for it twice, also while it is being written.

A hit is one look, and a miss a look and a write: who finds nothing has left a lease there, in the same step,
under the entry's own name, until the answer takes its place. So whoever looks for the answer, in this process
or another, finds out at once that it is on its way, and waits. An owner keeps its lease alive; if it dies,
the lease expires and one of those who wait takes over. Without Redis nobody waits.

A task may name a time after which its answers are stale. The first to find one, of all processes, gets a new
answer, while all others are served the stale one. It does so in the foreground: a function app may be frozen
as soon as its last job is done, and a cost must reach the ledger with the job that caused it. If no new
answer comes in half of its time, it too is served the stale one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from shared.ai.entries import Entry, entry_name, reply_from, usable_entry, worth_keeping, written
from shared.ai.port import CacheScope, ChatModel, ModelReply, ModelRequest
from shared.ai.single_flight import Flight, SingleFlight, told
from shared.ai.trail import note
from shared.cache.port import Cache
from shared.clock import Clock, SystemClock
from shared.errors import JobError

#: An owner that died is believed alive for at most this long.
LEASE_SECONDS = 4.0
#: Most calls are over before the first renewal, and never pay for one.
RENEWAL_SECONDS = 2.0
#: Those who wait in one process look together, with one read.
POLL_SECONDS = (0.03, 0.2)
#: A refresh that failed is not tried again for this long.
REFRESH_LEASE_SECONDS = 30.0
#: With less time left than this, a stale answer is served at once.
REFRESH_TIME_SECONDS = 4.0

_LEASE = b"lease:"


class _Look(NamedTuple):
    """What was there, and what was left there if that was nothing."""

    found: bytes | None
    lease: bytes

    @property
    def is_leased(self) -> bool:
        """Whether somebody else is getting the answer."""
        return self.found is not None and self.found.startswith(_LEASE)


class CachedChatModel:
    """A chat model whose answers are kept for a while, and that is asked once by all who ask the same."""

    def __init__(
        self,
        model: ChatModel,
        cache: Cache,
        *,
        key: bytes,
        clock: Clock | None = None,
        lease_seconds: float = LEASE_SECONDS,
        renewal_seconds: float = RENEWAL_SECONDS,
    ) -> None:
        self._model = model
        self._cache = cache
        self._key = key
        self._clock = clock or SystemClock()
        self._lease_seconds = lease_seconds
        self._renewal_seconds = renewal_seconds
        self._flights = SingleFlight(self._clock)
        self._owner = secrets.token_hex(8).encode()
        self._leases = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the kept answer, or the model's.

        Raises:
            JobError: see `ChatModel.complete`.
        """
        if request.task.cache_scope is CacheScope.NONE:
            note("cache", outcome="bypass")
            return await self._model.complete(request)
        name = entry_name(request, self._key)
        looks: list[_Look] = []
        if not self._flights.is_under_way(name):
            look = await self._look(name)
            entry = usable_entry(look.found, request)
            if entry is not None:
                return await self._served(name, entry, request)
            looks.append(look)
        return await self._flights.complete(name, request, partial(self._fetch, name, looks))

    async def _look(self, name: str) -> _Look:
        """See what is there; nothing becomes a lease of ours."""
        lease = self._new_lease()
        found = await self._cache.get_or_add(name, lease, ttl_seconds=self._lease_seconds)
        return _Look(found, lease)

    def _new_lease(self) -> bytes:
        """Return what nobody else leaves, in this process or another."""
        self._leases += 1
        return b"%b%b:%d" % (_LEASE, self._owner, self._leases)

    async def _served(self, name: str, entry: Entry, request: ModelRequest) -> ModelReply:
        if self._is_stale(entry, request):
            return await self._refreshed(name, entry, request)
        note("cache", outcome="hit")
        return told(reply_from(entry), request)

    async def _fetch(self, name: str, looks: list[_Look], flight: Flight) -> ModelReply:
        """Get the answer from the model, or from another process that is asking it already.

        The first flight goes by what was seen before it; another one, after a failure, looks again.
        """
        look = looks.pop() if looks else await self._look(name)
        pause, longest = POLL_SECONDS
        while look.is_leased:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, longest)
            look = await self._look(name)
        if look.found is None:
            return await self._lead(name, look.lease, flight)
        entry = usable_entry(look.found, flight.request)
        if entry is not None:
            note("cache", outcome="hit", waited="cluster")
            return told(reply_from(entry), flight.request)
        return await self._lead(name, None, flight)  # what is there is of no use: it will be overwritten

    async def _lead(self, name: str, lease: bytes | None, flight: Flight) -> ModelReply:
        """Ask the model for all who wait, and let them have the answer or the lease."""
        renewing = self._renewing(name, lease) if lease else nullcontext()
        kept = False
        note("cache", outcome="miss")
        try:
            with renewing:
                request = flight.request
                reply = await self._model.complete(request)
                kept = await self._keep(name, reply, request)
        finally:
            if lease and not kept:
                await self._cache.delete_if(name, lease)
        return reply

    @contextmanager
    def _renewing(self, name: str, lease: bytes) -> Iterator[None]:
        """Keep a lease alive; costs a timer, and a task only for a call that outlives the first renewal."""
        tasks: list[asyncio.Task[None]] = []
        timer = asyncio.get_running_loop().call_later(
            self._renewal_seconds,
            lambda: tasks.append(asyncio.create_task(self._renew(name, lease))),
        )
        try:
            yield
        finally:
            timer.cancel()
            for task in tasks:
                task.cancel()

    async def _renew(self, name: str, lease: bytes) -> None:
        while True:
            await self._cache.extend_if(name, lease, ttl_seconds=self._lease_seconds)
            await asyncio.sleep(self._renewal_seconds)

    async def _keep(self, name: str, reply: ModelReply, request: ModelRequest) -> bool:
        ttl_seconds = request.task.cache_ttl_seconds
        if ttl_seconds <= 0 or not worth_keeping(reply, request):
            return False
        entry = written(reply, int(self._clock.now().timestamp()))
        await self._cache.set(name, entry, ttl_seconds=ttl_seconds)
        return True

    def _is_stale(self, entry: Entry, request: ModelRequest) -> bool:
        fresh_seconds = request.task.cache_fresh_seconds
        return fresh_seconds is not None and self._clock.now().timestamp() >= entry.written_at + fresh_seconds

    async def _refreshed(self, name: str, entry: Entry, request: ModelRequest) -> ModelReply:
        """Return a new answer, if nobody else is getting one and there is time; otherwise the stale one."""
        now = self._clock.monotonic()
        seconds = request.deadline - now
        if seconds >= REFRESH_TIME_SECONDS and await self._cache.add(
            f"{name}:refresh", _LEASE, ttl_seconds=REFRESH_LEASE_SECONDS
        ):
            # A piece of an answer that may never be finished must not be told, so none is.
            asked = replace(request, deadline=now + seconds / 2, on_text=None)
            note("cache", outcome="miss")
            with suppress(JobError):
                reply = await self._model.complete(asked)
                if await self._keep(name, reply, request):
                    return told(reply, request)
        note("cache", outcome="stale")
        return told(reply_from(entry), request)
