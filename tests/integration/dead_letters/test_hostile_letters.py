"""Letters as nobody should send them: each is shown, judged, dealt with, and never in the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.access.operators import Operator, Role
from shared.bootstrap.dead_letters import DeadLetterDesk
from shared.dead_letters.judging import Outcome
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.replays import Kind
from tests.dead_letter_world import CHAT, EMAIL, World, chat_letter, event_letter
from workers.operations.dead_letter_requests import AskedOperation, Listing, Overview
from workers.operations.dead_letters import DeadLetterOffice

ANA = Operator(name="ana", role=Role.ADMIN)

_PROPERTIES: list[dict[str, Any]] = [
    {"jobId": "x" * 5_000},
    {"jobId": "\x00", "jobType": "\x00\x00", "creatorId": "é😘"},
    {"jobId": True, "jobType": 3, "creatorId": -(2**62)},
    {"share": float("nan"), "more": float("inf")},
    {"id": UUID(int=7), "at": datetime(2026, 1, 1, tzinfo=UTC), "nothing": None, "list": [1, {"a": b"\xff"}]},
    {"replayCount": "many", "replayOf": 7, "epoch": "first"},
    {"replayCount": -3, "epoch": 2**40},
    {"replayOf": "y" * 5_000},
    {"'; DROP TABLE huntaze_workers.jobs; --": "%s%(id)s{}"},
]
_BODIES = [
    b"",
    b"null",
    b"\xff\xfe\x00",
    b"[" * 5_000,
    b'{"jobId": "job_1", "jobType": "chat.suggest", "creatorId": "7", "payload": {"a": "\\u0000\\ud800"}}',
    b'{"jobId": "job_2", "jobType": "chat.suggest", "creatorId": "7", "payload": {"a": NaN}}',
    json.dumps({"jobId": "job_3", "jobType": "chat.suggest", "creatorId": 7, "payload": {}}).encode(),
]
_IDS = [None, "", "i" * 128, "with\nlines", "%", "é😘"]


def _letters(source: Source) -> list[DeadLetter]:
    make = event_letter if source is EMAIL else lambda number, **more: chat_letter(number, "job_9", **more)
    odd: list[dict[str, Any]] = [{"properties": each} for each in _PROPERTIES]
    odd += [{"body": each} for each in _BODIES]
    odd += [{"message_id": each} for each in _IDS]
    odd += [{"enqueued_at": None}, {"dead_letter_reason": None}, {"dead_letter_description": "\x00" * 3_000}]
    return [make(number, **more) for number, more in enumerate(odd, start=1)]


async def test_every_letter_is_shown_and_dealt_with(world: World) -> None:
    """With its body, too, as JSON that every reader takes."""
    office = DeadLetterOffice(DeadLetterDesk(desk=world.desk(), may_edit=False))
    for source in (CHAT, EMAIL):
        letters = _letters(source)
        world.letters.put(source, *letters)
        overview = await office.overview(Overview(subscription=source.subscription))
        assert overview["subscriptions"][0]["count"] == len(letters)
        listing = await office.listing(source.subscription, Listing(limit=200, include_body=True))
        assert len(listing["messages"]) == len(letters)
        for answer in (overview, listing):
            json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
        asked: dict[str, Any] = {"limit": 1_000, "ladder": False, "rate_per_second": 200, "wait_seconds": 10}
        dry, real = AskedOperation(dry_run=True, **asked), AskedOperation(**asked)
        _, told = await office.start(Kind.REPLAY, source.subscription, dry, ANA)
        _, done = await office.start(Kind.REPLAY, source.subscription, real, ANA)
        assert (done["state"], done["counts"]) == ("completed", told["counts"])
        _, archived = await office.start(Kind.ARCHIVE, source.subscription, real, ANA)
        assert archived["state"] == "completed"
        assert {each["outcome"] for each in archived["counts"]} <= {Outcome.ARCHIVED}
        assert await world.lying(source) == []
