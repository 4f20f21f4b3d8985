"""A world with dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.dead_letter_world import World, world_of


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A fresh one."""
    async with world_of(database_url) as world:
        yield world
