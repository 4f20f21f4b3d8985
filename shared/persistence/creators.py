"""The port to what is known of creators: how they sound, what they never say, and where they publish.

Nothing but the quality of suggestions hangs on it: who is not known has a profile that says nothing, and
what a job's payload says always wins over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class CreatorProfile:
    """What a creator told the front end; every part may be missing."""

    creator_id: str
    #: Who speaks.
    name: str | None = None
    #: Manner of speaking, such as `warm, teasing`.
    persona_style: str | None = None
    #: What must never be said or promised.
    limits: tuple[str, ...] = ()
    #: BCP 47 language that the creator writes in.
    language: str | None = None
    #: Where the creator publishes, such as `onlyfans`.
    platforms: tuple[str, ...] = ()
    #: Whatever else is to be respected; context for the models.
    preferences: Mapping[str, Any] = field(default_factory=dict)


class Creators(Protocol):
    """Knows creators."""

    async def profile(self, creator_id: str) -> CreatorProfile:
        """Return a creator's profile; never fails: who can't be looked up is as good as unknown."""
        ...


class CreatorTable(Protocol):
    """Keeps profiles. Each method raises `StoreUnavailableError` if the store is gone."""

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, CreatorProfile]:
        """Return the profiles of those of the creators who are known."""
        ...

    async def keep(self, profiles: Sequence[CreatorProfile]) -> None:
        """Keep the profiles, all or none, in place of what was known; the last of two stays."""
        ...
