"""Conversations through the whole app: what is superseded, what comes from the bank, and who pays."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from shared.bootstrap import Container
from shared.messaging.delivery import Delivery
from tests.integration.engine.conftest import Compose
from tests.integration.engine.jobs import job, run


def _asked(delivery: Delivery, seconds_ago: float) -> Delivery:
    """Return the same job, asked for at a certain time."""
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    body = json.dumps({**json.loads(delivery.body), "createdAt": at.isoformat()}).encode()
    return Delivery(
        body=body,
        subscription=delivery.subscription,
        message_id=delivery.message_id,
        properties=delivery.properties,
    )


async def _answer(container: Container, delivery: Delivery) -> dict[str, Any]:
    await run(container, delivery)
    record = await container.store.job(str(delivery.message_id))
    assert record is not None
    assert record.state == "completed"
    return dict(record.result or {})


def _calls(database_url: str) -> list[tuple[str, int]]:
    query = "SELECT task, count(*)::int FROM huntaze_workers.ai_calls GROUP BY task ORDER BY task"
    with psycopg.connect(database_url) as connection:
        return [(task, number) for task, number in connection.execute(query)]


async def test_a_message_left_behind_is_not_paid_for(compose: Compose, database_url: str) -> None:
    """It is completed all the same; the newer one is answered."""
    container, conversation = await compose(), uuid4().hex
    newer = _asked(job(f"And {uuid4().hex}?", conversationId=conversation), 1)
    older = _asked(job(f"Well {uuid4().hex}", conversationId=conversation), 5)
    assert (await _answer(container, newer))["superseded"] is False
    left_behind = await _answer(container, older)
    assert (left_behind["superseded"], len(left_behind["suggestions"])) == (True, 3)
    assert _calls(database_url) == [("chat.suggest", 1)]


async def test_of_a_backlog_one_message_is_paid_for(compose: Compose, database_url: str) -> None:
    """When the workers come back, ten messages of one fan wait; another conversation is none of it."""
    container, conversation = await compose(database_pool_size=1), uuid4().hex
    await run(container, job("hello there"))
    before = sum(number for _, number in _calls(database_url))
    backlog = [_asked(job(f"{n} {uuid4().hex}", conversationId=conversation), 60 - n) for n in range(10)]
    other = job(f"Hi {uuid4().hex}", conversationId=uuid4().hex)
    blocker = job(f"Hi {uuid4().hex}")  # claimed alone, while the others gather
    answers = await asyncio.gather(*(_answer(container, each) for each in (blocker, other, *backlog)))
    assert [answer["superseded"] for answer in answers] == [False, False, *[True] * 9, False]
    assert sum(number for _, number in _calls(database_url)) == before + 3


async def test_a_bank_is_paid_for_once_by_all_processes(compose: Compose, database_url: str) -> None:
    """Its lines are where an operator finds them, and what answered each message is in the history."""
    fan = uuid4().hex
    shown: list[set[str]] = []
    for _ in range(2):
        container = await compose()
        for _ in range(4):
            answer = await _answer(container, job("Good night babe 😘", fanId=fan))
            assert answer["fromBank"]
            shown.append({each["text"] for each in answer["suggestions"]})
    assert _calls(database_url) == [("chat.bank", 1)]
    assert all(one.isdisjoint(other) for one, other in itertools.pairwise(shown))
    with psycopg.connect(database_url) as connection:
        [(key, lines)] = connection.execute(
            "SELECT key, jsonb_array_length(content -> 'lines') FROM huntaze_workers.checkpoints"
            " WHERE creator_id = '1' AND step = 'chat.bank'"
        ).fetchall()
        usage = connection.execute(
            "SELECT usage FROM huntaze_workers.job_history WHERE usage IS NOT NULL ORDER BY id"
        ).fetchall()
    assert key.startswith("en/good_night/")
    assert lines >= 15
    assert [next(iter(row[0])) for row in usage] == ["bank_filled", *["bank_hit"] * 7]


async def test_an_operators_line_is_served(compose: Compose, database_url: str) -> None:
    """What is written into the table is what fans are shown, once processes have forgotten the old."""
    await run(await compose(), job("Good night babe 😘"))
    lines = [{"text": f"Own {tone} line", "tone": tone} for tone in ("warm", "playful", "curious")]
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE huntaze_workers.checkpoints SET content = jsonb_set(content, '{lines}', %s::jsonb)"
            " WHERE creator_id = '1' AND step = 'chat.bank' AND key LIKE 'en/good_night/%%'",
            [json.dumps(lines)],
        )
    answer = await _answer(await compose(), job("good night"))
    assert {each["text"] for each in answer["suggestions"]} == {line["text"] for line in lines}


@pytest.mark.parametrize("fan_message", ["hey I'm 15", "can I pay you on paypal?"])
async def test_what_is_forbidden_asks_no_model(compose: Compose, database_url: str, fan_message: str) -> None:
    """The job is completed, with a flag."""
    answer = await _answer(await compose(), job(fan_message))
    assert len(answer["flags"]) == 1
    assert _calls(database_url) == []
