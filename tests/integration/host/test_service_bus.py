"""Service Bus functions: what reaches them, and what becomes of their messages."""

import asyncio
from typing import Any

import pytest

pytestmark = pytest.mark.own_broker


async def test_a_message_reaches_its_function_and_is_completed(sample: Any, until: Any) -> None:
    """As the worker would build it: texts are texts, and the first delivery is the first."""
    sample.bus.publish("complete", "one", jobId="job_1", number=7, ratio=0.5, flag=True)
    await until(lambda: sample.bus.outcomes("one"))
    [mark] = sample.marks("complete", "one")
    assert mark["properties"] == {
        "route": "complete",
        "jobId": "job_1",
        "number": 7,
        "ratio": 0.5,
        "flag": True,
    }
    assert (mark["id"], mark["deliveries"], mark["function"]) == ("id-one", 1, "complete")
    assert sample.bus.outcomes("one") == ["completed"]


async def test_a_failing_function_is_retried_at_once_then_dead_lettered(sample: Any, until: Any) -> None:
    """Two deliveries, no back-off, then the function on the dead-letter queue drains it."""
    sample.bus.publish("fail", "two")
    await until(lambda: "completed" in sample.bus.outcomes("two"))
    attempts = sample.marks("fail", "two")
    assert [attempt["deliveries"] for attempt in attempts] == [1, 2]
    assert attempts[1]["at"] - attempts[0]["at"] < 30  # its lock would have been over after a minute
    [dead] = sample.marks("dead", "two")
    assert dead["reason"] == "MaxDeliveryCountExceeded"


async def test_locks_are_renewed_while_a_function_runs(sample: Any, until: Any) -> None:
    """Six seconds of work under a lock of five: one delivery."""
    sample.bus.publish("slow", "6.0")
    await until(lambda: "completed" in sample.bus.outcomes("6.0"))
    assert len(sample.marks("slow-started", "6.0")) == 1
    assert sample.bus.outcomes("6.0") == ["completed"]


async def test_no_more_than_the_slots_run_at_once(sample: Any, until: Any) -> None:
    """Four slots and nine messages: three rounds, never a fifth at the same time."""
    bodies = [f"0.20{number}" for number in range(9)]
    sample.bus.publish("slow", *bodies)
    await until(lambda: all(sample.marks("slow-ended", body) for body in bodies))
    changes = [(sample.marks("slow-started", body)[0]["at"], 1) for body in bodies]
    changes += [(sample.marks("slow-ended", body)[0]["at"], -1) for body in bodies]
    at_once, most = 0, 0
    for _, change in sorted(changes):
        at_once += change
        most = max(most, at_once)
    assert 2 <= most <= 4


async def test_a_batch_function_gets_lists(sample: Any, until: Any) -> None:
    """Each message once, several at a time while one list is being worked on."""
    bodies = [f"batch-{number}" for number in range(30)]
    sample.bus.publish("batch", *bodies)
    await until(lambda: all(sample.bus.outcomes(body) for body in bodies))
    batches = [mark["bodies"] for mark in sample.marks("batch")]
    assert sorted(body for batch in batches for body in batch) == sorted(bodies)
    assert len(batches) < 30
    assert all(sample.bus.outcomes(body) == ["completed"] for body in bodies)


async def test_a_value_that_nobody_takes_fails_the_invocation(sample: Any, until: Any) -> None:
    """The message is dead-lettered after its one delivery."""
    sample.bus.publish("returning", "three")
    await until(lambda: sample.bus.outcomes("three"))
    assert len(sample.marks("returning", "three")) == 1
    assert sample.bus.outcomes("three")[-1] == "dead-lettered:MaxDeliveryCountExceeded"


async def test_a_disabled_function_does_not_take_its_messages(sample: Any) -> None:
    """Nobody does: the message stays."""
    sample.bus.publish("off", "four")
    await asyncio.sleep(0.3)
    assert sample.marks("off") == []
    assert sample.bus.outcomes("four") == []
