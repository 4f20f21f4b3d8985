"""The in-memory twin of the table of creators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import StoreUnavailableError
from shared.persistence.creators import CreatorProfile


class MemoryCreatorTable:
    """Profiles in this process: a `CreatorTable`.

    Args:
        profiles: those known from the beginning.
    """

    def __init__(self, *profiles: CreatorProfile) -> None:
        self._profiles = {profile.creator_id: profile for profile in profiles}
        #: While true, the store is away.
        self.unavailable = False
        #: How often it was asked.
        self.reads = 0

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, CreatorProfile]:
        """See `CreatorTable.find`."""
        self.reads += 1
        self._must_be_there()
        return {name: self._profiles[name] for name in creator_ids if name in self._profiles}

    async def keep(self, profiles: Sequence[CreatorProfile]) -> None:
        """See `CreatorTable.keep`."""
        self._must_be_there()
        self._profiles.update({profile.creator_id: profile for profile in profiles})

    def _must_be_there(self) -> None:
        if self.unavailable:
            raise StoreUnavailableError
