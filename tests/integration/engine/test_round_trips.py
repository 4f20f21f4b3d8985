"""What a cached chat job costs: its services stand in another cloud, so each round trip is paid in time."""

from __future__ import annotations

from uuid import uuid4

from tests.integration.engine.conftest import Compose
from tests.integration.engine.jobs import job, run
from tests.integration.engine.proxy import Wires


async def test_a_cached_chat_job_costs_three_round_trips_to_postgresql_and_one_to_redis(
    compose: Compose, wires: Wires
) -> None:
    """Claim, record, mark; and the cache's answer. The app is warm after one job, and stays so.

    Each new connection pays once more, to prepare its statements: here there is one connection only.
    """
    container, fan_message = await compose(database_pool_size=1), f"Hey {uuid4().hex}"
    await run(container, job(fan_message))
    for _ in range(20):
        before, delivery = _spent(wires), job(fan_message)
        await run(container, delivery)
        assert [after - start for after, start in zip(_spent(wires), before, strict=True)] == [3, 3, 1]
        record = await container.store.job(str(delivery.message_id))
        assert record is not None
        assert record.result is not None
        assert record.result["cached"] is True


async def test_an_everyday_message_costs_three_round_trips_to_postgresql_and_none_to_redis(
    compose: Compose, wires: Wires
) -> None:
    """The conversation's order comes with the claim, the lines and the creator from this process."""
    container, conversation = await compose(database_pool_size=1), uuid4().hex
    for _ in range(3):
        await run(container, job("thank you so much", conversationId=conversation))
    for _ in range(20):
        before, delivery = _spent(wires), job("Thanks babe", conversationId=conversation)
        await run(container, delivery)
        assert [after - start for after, start in zip(_spent(wires), before, strict=True)] == [3, 3, 0]
        record = await container.store.job(str(delivery.message_id))
        assert record is not None
        assert record.result is not None
        assert (record.result["fromBank"], record.result["cached"]) == (True, True)


async def test_a_duplicate_costs_one_round_trip(compose: Compose, wires: Wires) -> None:
    """Its claim; nothing is asked of Redis."""
    container, delivery = await compose(database_pool_size=1), job(f"Hey {uuid4().hex}")
    await run(container, delivery)
    before = _spent(wires)
    await run(container, delivery)
    assert [after - start for after, start in zip(_spent(wires), before, strict=True)] == [1, 1, 0]


async def test_an_idle_app_asks_nothing(compose: Compose, wires: Wires) -> None:
    """Nothing is pinged, and nothing is asked when the app is composed."""
    await compose()
    assert wires.redis.round_trips == 0
    assert wires.postgres.ready_for_query <= 1


def _spent(wires: Wires) -> tuple[int, int, int]:
    """Return the round trips to PostgreSQL, counted in two ways, and those to Redis."""
    return wires.postgres.round_trips, wires.postgres.ready_for_query, wires.redis.round_trips
