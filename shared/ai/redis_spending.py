"""The counters of AI spending in Redis, shared by all workers: a script, and at most one round trip, a step.

A month is one hash of counters, one sorted set of holds by when they expire, and one of what was settled
lately; their names share a hash tag, so that a cluster keeps them together. Amounts are whole micro-dollars.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from shared.ai.spending import MARKS_PERCENT, UNRECORDED_SECONDS, Reservation, Standing, Wish
from shared.cache.redis_link import RedisLink, Script

#: A month's counters are kept for a while after its end, for calls that settle late and for curious people.
KEPT_SECONDS = 70 * 24 * 3600
_UNLIMITED = 1e300
_MARKS = str(list(MARKS_PERCENT))

#: Gives back what a hold holds, once. Its fields are joined in `Reservation.member`.
_RELEASE = """
local counters, holds, settled = KEYS[1], KEYS[2], KEYS[3]
local function release(member)
    if redis.call('ZREM', holds, member) == 1 then
        local day, amount, creator = string.match(member, '^[^|]*|([^|]*)|(%d+)|(.*)$')
        redis.call('HINCRBY', counters, 'held', '-' .. amount)
        redis.call('HINCRBY', counters, 'day|' .. day .. '|' .. creator, '-' .. amount)
    end
end
local function release_expired(now)
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', holds, '-inf', now, 'LIMIT', 0, 100)) do
        release(member)
    end
end
"""

#: `ARGV`: now, expiry, reservation, day, creator, budget, share of all creators, kept seconds, the marks, and
#: the most for each rung. Returns rung or -1, what is held, and the month's counter or -1.
_RESERVE = Script(
    _RELEASE
    + """
local now, reservation, day, creator = tonumber(ARGV[1]), ARGV[3], ARGV[4], ARGV[5]
local budget, share, marks = tonumber(ARGV[6]), tonumber(ARGV[7]), cjson.decode(ARGV[9])
release_expired(now)
local paid = redis.call('HGET', counters, 'paid')
if not paid then return {-1, 0, -1} end

if redis.call('HSETNX', counters, 'creator|' .. creator, 1) == 1 then
    redis.call('HINCRBY', counters, 'creators', 1)
end
local spent = tonumber(paid) + tonumber(redis.call('HGET', counters, 'held') or 0)
local of_creator = tonumber(redis.call('HGET', counters, 'day|' .. day .. '|' .. creator) or 0)
share = share / tonumber(redis.call('HGET', counters, 'creators'))

local function rung_at(amount, limit)
    local rung = 0
    for _, mark in ipairs(marks) do
        if amount * 100 >= mark * limit then rung = rung + 1 end
    end
    return rung
end
local rung = math.max(rung_at(spent, budget), rung_at(of_creator, share))
local most = ARGV[10 + rung]
if not most or spent + tonumber(most) > budget
    or (of_creator > 0 and of_creator + tonumber(most) > share) then
    return {-1, 0, spent}
end
redis.call('HINCRBY', counters, 'held', most)
redis.call('HINCRBY', counters, 'day|' .. day .. '|' .. creator, most)
redis.call('ZADD', holds, ARGV[2], reservation .. '|' .. day .. '|' .. most .. '|' .. creator)
redis.call('EXPIRE', counters, ARGV[8])
redis.call('EXPIRE', holds, ARGV[8])
return {rung, tonumber(most), spent + tonumber(most)}
"""
)

#: `ARGV`: the hold, its reservation, day and creator, what was paid, now, since when it may be unrecorded,
#: kept seconds.
_SETTLE = Script(
    _RELEASE
    + """
release(ARGV[1])
if redis.call('HEXISTS', counters, 'paid') == 0 then return 0 end
redis.call('HINCRBY', counters, 'paid', ARGV[5])
redis.call('HINCRBY', counters, 'day|' .. ARGV[3] .. '|' .. ARGV[4], ARGV[5])
redis.call('ZREMRANGEBYSCORE', settled, '-inf', ARGV[7])
redis.call('ZADD', settled, ARGV[6], ARGV[2] .. '|' .. ARGV[5])
redis.call('EXPIRE', settled, ARGV[8])
return 1
"""
)

#: `ARGV`: the ledger's sum, now, since when it may be unrecorded, kept seconds.
_RECONCILE = Script(
    _RELEASE
    + """
local ledger, lately = tonumber(ARGV[1]), 0
release_expired(tonumber(ARGV[2]))
redis.call('ZREMRANGEBYSCORE', settled, '-inf', ARGV[3])
for _, member in ipairs(redis.call('ZRANGE', settled, 0, -1)) do
    lately = lately + tonumber(string.match(member, '|(%d+)$'))
end
local paid = tonumber(redis.call('HGET', counters, 'paid') or ledger)
paid = math.min(math.max(paid, ledger), ledger + lately)
redis.call('HSET', counters, 'paid', string.format('%.0f', paid))
redis.call('EXPIRE', counters, ARGV[4])
return 1
"""
)


class RedisSpendingStore:
    """Counters that all workers share: a `SpendingStore`."""

    def __init__(self, link: RedisLink, *, prefix: str = "ai:spending") -> None:
        self._link = link
        self._prefix = prefix

    async def reserve(self, wish: Wish) -> Standing | None:
        """See `SpendingStore.reserve`."""
        share = wish.share_usd_micros
        answer = await self._run(
            _RESERVE,
            wish.month,
            _ms(wish.at),
            _ms(wish.expires_at),
            wish.reservation_id,
            wish.day,
            wish.creator_id,
            wish.budget_usd_micros,
            _UNLIMITED if math.isinf(share) else share,
            KEPT_SECONDS,
            _MARKS,
            *wish.most_usd_micros,
        )
        if answer is None:
            return None
        rung, held, month = cast("Sequence[int]", answer)
        return Standing(
            rung=rung if rung >= 0 else None,
            held_usd_micros=held,
            month_usd_micros=month if month >= 0 else None,
        )

    async def settle(self, reservation: Reservation, *, paid_usd_micros: int, at: datetime) -> None:
        """See `SpendingStore.settle`."""
        arguments = (
            reservation.member,
            reservation.reservation_id,
            reservation.day,
            reservation.creator_id,
            paid_usd_micros,
            _ms(at),
            _unrecorded_since(at),
            KEPT_SECONDS,
        )
        self._link.tell_script(_SETTLE, self._keys(reservation.month), arguments)

    async def reconcile(self, month: str, *, ledger_usd_micros: int, at: datetime) -> None:
        """See `SpendingStore.reconcile`."""
        since = _unrecorded_since(at)
        await self._run(_RECONCILE, month, ledger_usd_micros, _ms(at), since, KEPT_SECONDS)

    async def counted(self, month: str) -> tuple[int, int] | None:
        """See `SpendingStore.counted`."""
        counters = self._keys(month)[0]
        found = await self._link.ask("HMGET", counters, "paid", "held", missing=None)
        paid, held = found or (None, None)
        return None if paid is None else (int(paid), int(held or 0))

    async def _run(self, script: Script, month: str, *arguments: float | str) -> object:
        return await self._link.run(script, self._keys(month), arguments, missing=None)

    def _keys(self, month: str) -> Sequence[str]:
        name = f"{self._prefix}:{{{month}}}"
        return name, f"{name}:holds", f"{name}:settled"


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _unrecorded_since(at: datetime) -> int:
    return _ms(at) - round(UNRECORDED_SECONDS * 1000)
