"""What every other test leans on."""

from __future__ import annotations

import psycopg
import pytest


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_migrated_database_of_its_own(database_url: str, turn: int) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE public.mine ()")
        tables = connection.execute("SELECT count(*) FROM huntaze_workers.jobs").fetchone()
    assert tables == (0,), f"turn {turn}"
