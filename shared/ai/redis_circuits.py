"""Circuits in Redis, so that one worker's 429 or outage is every worker's.

All circuits are one hash, which each command returns whole: a worker learns of everything whenever it says
anything, and asks by itself at most once a second, while calls go out. Redis' clock counts the time. A Redis
that is slow or gone costs a call 50 ms once (see `RedisLink`); then the process goes by what it knows, and
tells Redis of its open circuits when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, TypeAlias

from shared.ai.circuits import HEALTHY, Circuit, MemoryBreakerStore
from shared.ai.failures import ModelFailure
from shared.cache.redis_link import ANSWER_TIMEOUT_SECONDS, RedisLink, Script
from shared.clock import Clock

KEY = "ai:circuits"
#: How old what is known may be.
MAX_AGE_SECONDS = 1.0

#: `KEYS[1]` the hash; `ARGV` the operation, the deployment, and a number or two. Returns the operation's
#: success and all circuits, times as milliseconds from now.
_SCRIPT = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local operation, name = ARGV[1], ARGV[2]
local stored = redis.call('HGET', KEYS[1], name)
local circuit = stored and cjson.decode(stored)
    or {failures = 0, openings = 0, version = 0, cause = '', open_until = 0, probing_until = 0, failed_at = 0}
local done, changed = 1, true

if operation == 'count' then
    local recent = now - circuit.failed_at <= tonumber(ARGV[3])
    circuit.failures = recent and circuit.failures + 1 or 1
    circuit.failed_at = now
elseif operation == 'open' then
    done = circuit.open_until > now and 0 or 1
    circuit.openings = circuit.openings + 1
    circuit.version = math.max(circuit.version + 1, now)
    circuit.cause = ARGV[4]
    circuit.open_until = math.max(circuit.open_until, now + tonumber(ARGV[3]))
    circuit.probing_until = 0
elseif operation == 'claim_probe' then
    if circuit.openings == 0 or circuit.open_until > now or circuit.probing_until > now then
        done, changed = 0, false
    else
        circuit.probing_until = now + tonumber(ARGV[3])
    end
elseif operation == 'release_probe' then
    changed = stored and true or false
    circuit.probing_until = 0
elseif operation == 'close' then
    changed = false
    if circuit.version == tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], name) end
elseif operation == 'hasten' then
    changed = circuit.open_until > now
    circuit.open_until = math.min(circuit.open_until, now)
else
    changed = false
end
if changed then
    redis.call('HSET', KEYS[1], name, cjson.encode(circuit))
    redis.call('PEXPIRE', KEYS[1], 172800000)
end

local all, known = {}, redis.call('HGETALL', KEYS[1])
for index = 1, #known, 2 do
    local other = cjson.decode(known[index + 1])
    all[#all + 1] = {known[index], other.failures, other.openings, other.version, other.cause,
        math.max(0, other.open_until - now), math.max(0, other.probing_until - now)}
end
return {done, all}
""")

_Row: TypeAlias = Sequence[Any]


class RedisBreakerStore:
    """Circuits shared by all workers."""

    def __init__(
        self, link: RedisLink, clock: Clock, *, key: str = KEY, max_age_seconds: float = MAX_AGE_SECONDS
    ) -> None:
        self._link = link
        self._clock = clock
        self._key = key
        self._max_age_seconds = max_age_seconds
        self._local = MemoryBreakerStore(clock)
        #: When this process last opened a circuit, which Redis may still have to hear of.
        self._opened_at: dict[str, float] = {}
        self._learnt_at = -inf
        self._is_alone = False
        self._telling: set[asyncio.Task[bool | None]] = set()

    async def refresh(self) -> None:
        """Learn what the others know, if the own knowledge is more than a second old.

        One call asks; those that come meanwhile go by what is known.
        """
        now = self._clock.monotonic()
        if now - self._learnt_at >= self._max_age_seconds:
            self._learnt_at = now
            await self._asked("refresh", "")

    def known(self) -> Mapping[str, Circuit]:
        """Return what is known without asking Redis."""
        return self._local.known()

    async def count(self, name: str, *, window_seconds: float) -> Circuit:
        """Count a failure, anew when the last one is longer ago than the window."""
        if await self._asked("count", name, _ms(window_seconds)) is None:
            return await self._local.count(name, window_seconds=window_seconds)
        return self._local.known().get(name, HEALTHY)

    async def open(self, name: str, cause: ModelFailure, *, seconds: float) -> bool:
        """Let no call through for a while, and never for less than was said before.

        This process is told first: no call may go out while Redis is being told.
        """
        self._opened_at[name] = self._clock.monotonic()
        was_closed = await self._local.open(name, cause, seconds=seconds)
        opened = await self._asked("open", name, _ms(seconds) + 1, cause.value)
        return was_closed if opened is None else opened

    async def claim_probe(self, name: str, *, seconds: float) -> bool:
        """Become the one that probes a half-open circuit."""
        claimed = await self._asked("claim_probe", name, _ms(seconds))
        return await self._local.claim_probe(name, seconds=seconds) if claimed is None else claimed

    async def release_probe(self, name: str) -> None:
        """Let another one probe."""
        if await self._asked("release_probe", name) is None:
            await self._local.release_probe(name)

    async def close(self, name: str, *, version: int) -> None:
        """Forget the failures, unless it was opened again."""
        if self._local.known().get(name, HEALTHY).version == version:
            self._opened_at.pop(name, None)
        if await self._asked("close", name, version) is None:
            await self._local.close(name, version=version)

    async def hasten(self, name: str) -> None:
        """Make an open circuit half open now."""
        self._opened_at.pop(name, None)
        if await self._asked("hasten", name) is None:
            await self._local.hasten(name)

    async def _asked(self, operation: str, name: str, *arguments: float | str) -> bool | None:
        """Return Redis' answer; `None` when the process decides by itself."""
        answer = await self._link.run(_SCRIPT, (self._key,), (operation, name, *arguments), missing=None)
        if answer is None:
            self._is_alone = True
            return None
        done, rows = answer
        self._learn(rows)
        return bool(done)

    def _learn(self, rows: Sequence[_Row]) -> None:
        now, was_alone = self._clock.monotonic(), self._is_alone
        self._is_alone, self._learnt_at = False, now
        learnt = {row[0].decode(): _circuit(row, now) for row in rows}
        for name, own in self._local.known().items():
            if own.open_until <= max(now, learnt.get(name, HEALTHY).open_until) or own.cause is None:
                continue
            if was_alone:
                self._tell(name, own.cause, own.open_until - now)
            if was_alone or now - self._opened_at.get(name, -inf) < ANSWER_TIMEOUT_SECONDS:
                learnt[name] = own  # Redis has not heard of it yet
        self._local.learn(learnt)

    def _tell(self, name: str, cause: ModelFailure, seconds: float) -> None:
        """Tell Redis, without waiting for it, of a circuit that was opened while it was away."""
        telling = asyncio.create_task(self._asked("open", name, _ms(seconds) + 1, cause.value))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)


def _circuit(row: _Row, now: float) -> Circuit:
    _, failures, openings, version, cause, open_ms, probing_ms = row
    return Circuit(
        failures=failures,
        openings=openings,
        version=version,
        cause=_cause(cause.decode()),
        open_until=now + open_ms / 1000,
        probing_until=now + probing_ms / 1000,
    )


def _cause(text: str) -> ModelFailure | None:
    """Read a cause; one that only another version of the app knows is no reason to fail."""
    try:
        return ModelFailure(text) if text else None
    except ValueError:
        return ModelFailure.UNKNOWN


def _ms(seconds: float) -> int:
    return -int(-seconds * 1000 // 1)
