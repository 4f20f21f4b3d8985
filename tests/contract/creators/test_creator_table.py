"""What every table of creators must do; PostgreSQL and the in-memory twin run the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.errors import StoreUnavailableError
from shared.persistence.creators import CreatorProfile, CreatorTable
from shared.persistence.memory_creators import MemoryCreatorTable
from shared.persistence.postgres import PostgresJobStore
from shared.persistence.postgres_creators import PostgresCreatorTable

LEA = CreatorProfile(
    creator_id="101",
    name="Léa 🌶️",
    persona_style="warm, teasing; 'quotes' and\nlines",
    limits=("no meetings", "no {curly} things"),
    language="fr",
    platforms=("onlyfans", "instagram"),
    preferences={"currency": "EUR", "audience": {"age": "25-40"}},
)


@pytest.fixture(params=["memory", "postgres"])
async def table(request: pytest.FixtureRequest) -> AsyncIterator[CreatorTable]:
    """Each of the two in turn."""
    if request.param == "memory":
        yield MemoryCreatorTable()
        return
    jobs = PostgresJobStore(
        request.getfixturevalue("database_url"), pool_size=2, timeout_seconds=5, patience_seconds=5
    )
    await jobs.open()
    yield PostgresCreatorTable(jobs.database)
    await jobs.close()


async def test_a_profile_is_found_as_it_was_kept(table: CreatorTable) -> None:
    await table.keep([LEA, CreatorProfile(creator_id="102")])
    assert await table.find(["101", "102", "103"]) == {
        "101": LEA,
        "102": CreatorProfile(creator_id="102"),
    }


async def test_nobody_is_found_under_another_name(table: CreatorTable) -> None:
    await table.keep([LEA])
    assert await table.find(["10", "1010", "101 ", "%"]) == {}


async def test_the_last_that_was_told_stays(table: CreatorTable) -> None:
    """Within one call, and over two; what is not told any more is forgotten."""
    await table.keep([LEA, replace(LEA, name="Léa Rose")])
    assert (await table.find(["101"]))["101"].name == "Léa Rose"
    await table.keep([CreatorProfile(creator_id="101", language="en")])
    assert (await table.find(["101"]))["101"] == CreatorProfile(creator_id="101", language="en")


async def test_nothing_to_keep_is_no_error(table: CreatorTable) -> None:
    await table.keep([])
    assert await table.find([]) == {}


async def test_a_store_that_is_away_says_so() -> None:
    jobs = PostgresJobStore(
        "postgresql://nobody@127.0.0.1:9/none", pool_size=1, timeout_seconds=0.2, patience_seconds=0.2
    )
    await jobs.open()
    with pytest.raises(StoreUnavailableError):
        await PostgresCreatorTable(jobs.database).find(["101"])
    await jobs.close()
