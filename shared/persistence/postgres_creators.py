"""Profiles of creators in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from psycopg.rows import DictRow
from psycopg.types.json import Json

from shared.persistence.creators import CreatorProfile
from shared.persistence.database import Database

_FIND = """
SELECT creator_id, name, persona_style, limits, language, platforms, preferences
FROM huntaze_workers.creators WHERE creator_id = ANY(%(creator_ids)s)
"""

_KEEP = """
INSERT INTO huntaze_workers.creators AS known
    (creator_id, name, persona_style, limits, language, platforms, preferences)
SELECT creator_id, name, persona_style, limits, language, platforms, preferences
FROM json_to_recordset(%(profiles)s) AS told
    (creator_id text, name text, persona_style text, limits text[], language text, platforms text[],
     preferences jsonb)
ON CONFLICT (creator_id) DO UPDATE SET
    name = excluded.name, persona_style = excluded.persona_style, limits = excluded.limits,
    language = excluded.language, platforms = excluded.platforms, preferences = excluded.preferences,
    updated_at = now()
RETURNING creator_id
"""


class PostgresCreatorTable:
    """Profiles in the schema `huntaze_workers`: a `CreatorTable`.

    Args:
        database: shared with the store of jobs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, creator_ids: Sequence[str]) -> Mapping[str, CreatorProfile]:
        """See `CreatorTable.find`."""
        rows = await self._database.fetch(_FIND, {"creator_ids": list(creator_ids)})
        return {row["creator_id"]: _profile(row) for row in rows}

    async def keep(self, profiles: Sequence[CreatorProfile]) -> None:
        """See `CreatorTable.keep`."""
        each_once = {profile.creator_id: asdict(profile) for profile in profiles}
        await self._database.fetch(_KEEP, {"profiles": Json(list(each_once.values()))})


def _profile(row: DictRow) -> CreatorProfile:
    return CreatorProfile(**{**row, "limits": tuple(row["limits"]), "platforms": tuple(row["platforms"])})
