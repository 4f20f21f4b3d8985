"""Thousands of events, delivered again and again to workers that are killed: what reaches the mail service.

`MAIL_EVENTS=5000` is the full count; a sample of it is part of every run.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from psycopg.rows import dict_row

from infra.local.process import ROOT, free_port
from tests import azure_email
from tests.mail_time import pass_time

_EVENTS = int(os.environ.get("MAIL_EVENTS", "60"))
_RISK = 0.04 if _EVENTS < 1_000 else 0.012
_WORKERS = 3
_SEED = int(os.environ.get("MAIL_SEED", "20261124"))

pytestmark = pytest.mark.timeout(60 + _EVENTS // 5)


class Workers:
    """Processes that share events, and die at them."""

    def __init__(self, processes: list[asyncio.subprocess.Process]) -> None:
        self._processes = processes
        self.kills = 0

    async def handle(self, *lines: dict[str, Any]) -> None:
        """Give every line to one of them until it is done: at least once, as a broker does."""
        waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for line in lines:
            waiting.put_nowait(line)
        async with asyncio.TaskGroup() as group:
            for process in self._processes:
                group.create_task(self._share(process, waiting))

    async def _share(
        self, process: asyncio.subprocess.Process, waiting: asyncio.Queue[dict[str, Any]]
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        while not waiting.empty():
            line = waiting.get_nowait()
            process.stdin.write(json.dumps(line).encode() + b"\n")
            answer = await process.stdout.readline()
            assert answer in {b"done\n", b"died\n"}
            if answer == b"died\n":
                self.kills += 1
                waiting.put_nowait(line)


@asynccontextmanager
async def _workers(told: dict[str, Any]) -> AsyncIterator[Workers]:
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.mail.sending"),
            json.dumps({**told, "seed": _SEED + 100_000 * number}),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(_WORKERS)
    ]
    try:
        yield Workers(processes)
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()


class _Inbox:
    """Notes the ids of mails."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        head = envelope.content.decode().split("\r\n\r\n")[0]
        (line,) = [line for line in head.split("\r\n") if line.startswith("Message-ID: <")]
        self.ids.append(line.removeprefix("Message-ID: <").split("@")[0])
        return "250 OK"


def _events(chance: random.Random) -> list[dict[str, Any]]:
    """Return events of many creators, in a broker's order, with one in five of them twice or more."""
    kinds = ("video.analysis", "content.analyze", "content.suggest", "chat.suggest")
    events = []
    for number in range(_EVENTS):
        failed = chance.random() < 0.3
        status = "failed" if failed else "completed"
        events.append(
            {
                "eventType": f"job.{status}",
                "jobId": f"job_{number}",
                "jobType": chance.choice(kinds),
                "creatorId": str(chance.randrange(_EVENTS // 3)),
                "status": status,
                "progress": 100,
                "message": "over",
                "error": {"code": "TIMEOUT", "message": "late"} if failed else None,
                "updatedAt": "2026-11-24T10:00:00.000Z",
            }
        )
    again = [event for event in events if chance.random() < 0.2]
    delivered = events + again
    chance.shuffle(delivered)
    return delivered


async def _run(database_url: str, way: dict[str, Any]) -> tuple[set[str], list[dict[str, Any]], int]:
    """Deliver everything, let hours pass, and return who was to be told, the letters, and how many died."""
    delivered = _events(random.Random(_SEED))  # noqa: S311 - a test's choice, to be made again
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute(
            "INSERT INTO huntaze_workers.contacts (creator_id, email)"
            " SELECT n::text, 'c' || n || '@creators.example' FROM generate_series(0, %s) AS n",
            [_EVENTS // 3],
        )
    async with _workers({"database": database_url, **way}) as workers:
        await workers.handle(*({"event": event, "risk": _RISK} for event in delivered))
        for risk in (_RISK, _RISK, _RISK, 0.0, 0.0):  # the dead's leases end, what was gathered is due
            await pass_time(database_url, 650)  # five times is within the window of class K
            await workers.handle({"risk": risk})
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as connection:
        cursor = await connection.execute(
            "SELECT letter_id::text, state, letter.due_at, array_agg(notice_id) AS ids"
            " FROM huntaze_workers.letters AS letter"
            " JOIN huntaze_workers.mail_notices USING (letter_id) GROUP BY letter_id"
        )
        letters: list[dict[str, Any]] = await cursor.fetchall()
    wanted = {
        f"{event['jobId']}:{event['status']}" for event in delivered if event["jobType"] != "chat.suggest"
    }
    return wanted, letters, workers.kills


def _check_notices(wanted: set[str], letters: list[dict[str, Any]]) -> None:
    """Each thing that is to be told stands in exactly one letter, and no letter waits any more."""
    told = Counter(name for letter in letters for name in letter["ids"])
    assert told == Counter(wanted)
    assert {letter["due_at"] for letter in letters} == {None}


async def test_azure_gets_each_letter_once(database_url: str) -> None:
    """Class K: whatever dies, each letter is sent, and recognised when it is sent again."""
    async with azure_email.serving() as service:
        wanted, letters, kills = await _run(database_url, {"azure": service.origin})
        _check_notices(wanted, letters)
        assert Counter(letter["state"] for letter in letters) == {"sent": len(letters)}
        assert set(service.operations) == {letter["letter_id"] for letter in letters}
        assert service.sends == len(letters)  # those whose answer was lost were asked for, not sent again
        assert kills > 0
        print(f"{_EVENTS} events, {len(letters)} letters, {kills} kills: {service.sends} sent")  # noqa: T201 - the figures


async def test_smtp_gets_no_letter_twice_and_what_is_unknown_is_listed(database_url: str) -> None:
    """Class U: whoever dies between the intent and the record leaves a letter that nobody sends again."""
    inbox = _Inbox()
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        wanted, letters, kills = await _run(database_url, {"smtp": port})
    finally:
        controller.stop()
    _check_notices(wanted, letters)
    arrived = Counter(inbox.ids)
    states = {letter["letter_id"]: letter["state"] for letter in letters}
    assert max(arrived.values()) == 1
    assert {name for name, state in states.items() if state == "sent"} <= set(arrived)
    assert set(states.values()) <= {"sent", "uncertain"}
    uncertain = {name for name, state in states.items() if state == "uncertain"}
    listed = await _listed(database_url)
    assert listed == uncertain
    assert set(states) - set(arrived) <= uncertain  # nothing is missing that is not listed
    assert kills > 0
    had = len(uncertain & set(arrived))
    print(  # noqa: T201 - the figures
        f"{_EVENTS} events, {len(letters)} letters, {kills} kills:"
        f" {len(uncertain)} uncertain, of which {had} had arrived"
    )


async def _listed(database_url: str) -> set[str]:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        cursor = await connection.execute("SELECT letter_id::text FROM huntaze_workers.uncertain_letters")
        return {row[0] for row in await cursor.fetchall()}
