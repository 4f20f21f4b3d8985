"""Profiles of creators, remembered for a while: a job whose creator is known here asks no database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from shared.clock import Clock
from shared.coalescing import Coalescing
from shared.errors import StoreUnavailableError
from shared.persistence.creators import CreatorProfile, CreatorTable

logger = logging.getLogger(__name__)

#: A changed profile counts after this long, without anybody being told.
TTL_SECONDS = 60.0
#: No suggestion waits longer for its creator's profile;
PATIENCE_SECONDS = 1.0
#: nor does one of the next few seconds, once one has waited in vain.
AWAY_SECONDS = 5.0
#: A few kilobytes each at most.
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Remembered:
    profile: CreatorProfile
    until: float


class RememberedCreators:
    """Creators out of a table: a `Creators`.

    Jobs that ask at the same time share a round trip. While the table is away the last that was known of a
    creator is used, or a profile that says nothing, and the log says so once.

    Args:
        table: the truth.
        clock: the process' clock.
    """

    def __init__(self, table: CreatorTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._look_up = Coalescing(self._find)
        self._remembered: dict[str, _Remembered] = {}
        self._away = False

    async def profile(self, creator_id: str) -> CreatorProfile:
        """See `Creators.profile`."""
        known = self._remembered.get(creator_id)
        if known is None or known.until <= self._clock.monotonic():
            return await self._look_up(creator_id)
        return known.profile

    async def _find(self, creator_ids: Sequence[str]) -> Sequence[CreatorProfile]:
        wanted = sorted(set(creator_ids))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self._table.find(wanted)
        except (StoreUnavailableError, TimeoutError):
            self._note_away()
            return [self._remember(self._last_known(name), AWAY_SECONDS) for name in creator_ids]
        self._away = False
        profiles = {name: found.get(name) or CreatorProfile(creator_id=name) for name in wanted}
        return [self._remember(profiles[name], TTL_SECONDS) for name in creator_ids]

    def _last_known(self, creator_id: str) -> CreatorProfile:
        known = self._remembered.get(creator_id)
        return known.profile if known else CreatorProfile(creator_id=creator_id)

    def _remember(self, profile: CreatorProfile, seconds: float) -> CreatorProfile:
        self._remembered.pop(profile.creator_id, None)  # so that the oldest stands first
        if len(self._remembered) >= MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        until = self._clock.monotonic() + seconds
        self._remembered[profile.creator_id] = _Remembered(profile, until)
        return profile

    def _note_away(self) -> None:
        if not self._away:
            logger.warning(
                "The table of creators does not answer; what is unknown of them is left out.",
                extra={"action": "creators_away"},
            )
        self._away = True
