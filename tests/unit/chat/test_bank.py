"""Banks: filled once, served without a call, and never in the way of an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest

from shared.ai.port import ChatModel, FinishReason, ModelReply, ModelRequest, Role
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.clock import ManualClock
from shared.contracts import JobType
from shared.errors import BudgetExceededError, JobError, RateLimitError
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.steps import Steps
from shared.messaging.worker import JobContext
from shared.persistence.checkpoints import Payment
from shared.persistence.memory import MemoryJobStore
from shared.persistence.memory_checkpoints import MemoryCheckpoints
from workers.chat_suggestions.bank import FAILED_SECONDS, GENERATION_DAYS, KEPT_SECONDS, Banks, Served, Wanted
from workers.chat_suggestions.bank_prompt import MIN_LINES_PER_TONE, TONES
from workers.chat_suggestions.everyday import Everyday
from workers.chat_suggestions.phrases.intents import Intent
from workers.chat_suggestions.recent import Recent

THANKS = Wanted(
    everyday=Everyday(intents=(Intent.THANKS,), language="en"),
    voice='{"style": "warm"}',
    role=Role.GENERATION,
    fan="fan:1",
)
_WORDS = ("sun", "moon", "star", "rose", "wave", "song")


def written(**changes: list[str]) -> str:
    """Write a bank as a model does."""
    lines = {tone: [f"{tone} {word}" for word in _WORDS] for tone in TONES}
    return json.dumps({**lines, **changes})


class Site:
    """Banks, the store of their steps, and jobs that ask for lines."""

    def __init__(self, *script: str | ScriptedAnswer | JobError) -> None:
        self.clock = ManualClock()
        self.model = ScriptedChatModel(script, clock=self.clock)
        self.checkpoints = MemoryCheckpoints(MemoryJobStore(self.clock), self.clock)
        self.banks = self.another_process()
        self.last: JobContext | None = None
        self._turns: Iterator[int] = count()

    def another_process(self, model: ChatModel | None = None) -> Banks:
        return Banks(model or self.model, self.clock)

    def context(self, creator_id: str = "123", seconds: float = 90.0) -> JobContext:
        context = JobContext(
            job_id=f"job_{uuid4().hex}",
            job_type=JobType.CHAT_SUGGEST,
            creator_id=creator_id,
            attempt=0,
            epoch=0,
            deadline=self.clock.monotonic() + seconds,
            turn=next(self._turns),
        )
        payer = Payment(job_id=context.job_id, epoch=0, attempt=0, creator_id=creator_id)
        unwritten = UnwrittenCalls(context.calls, context.job_id)
        self.last = replace(
            context, steps=Steps(checkpoints=self.checkpoints, unwritten=unwritten, payer=payer)
        )
        return self.last

    async def serve(self, wanted: Wanted = THANKS, banks: Banks | None = None, **of: object) -> Served | None:
        context = self.context(**of)  # type: ignore[arg-type]  # the tests below name real arguments
        return await (banks or self.banks).serve(context, wanted)


async def test_one_call_serves_for_weeks() -> None:
    """In this process, another one, and after it has forgotten; nobody pays again."""
    site = Site(written())
    first = await site.serve()
    assert first
    assert (first.filled, first.model, len(site.model.requests)) == (True, "scripted", 1)
    for _ in range(20):
        served = await site.serve()
        assert served
        assert not served.filled
    site.clock.advance(KEPT_SECONDS + 1)
    for banks in (site.banks, site.another_process()):
        looked_up = await site.serve(banks=banks)
        assert looked_up
        assert not looked_up.filled
    assert len(site.model.requests) == 1


async def test_the_first_job_pays() -> None:
    """In the ledger, under the bank's own task."""
    site = Site(written())
    await site.serve()
    assert site.last
    assert [call.task for call in site.last.calls] == ["chat.bank"]
    await site.serve()
    assert site.last.calls == []


@pytest.mark.parametrize(
    "other",
    [
        replace(THANKS, voice='{"style": "cold"}'),
        replace(THANKS, everyday=Everyday(intents=(Intent.THANKS,), language="fr")),
        replace(THANKS, everyday=Everyday(intents=(Intent.GREETING,), language="en")),
    ],
)
async def test_each_voice_language_and_message_has_a_bank_of_its_own(other: Wanted) -> None:
    """A changed persona begins anew."""
    site = Site(written(), written())
    await site.serve()
    served = await site.serve(other)
    assert served
    assert served.filled


async def test_no_creator_is_served_anothers_lines() -> None:
    """Not even with the same voice."""
    site = Site(written(), written(warm=[f"other {word}" for word in _WORDS]))
    await site.serve()
    served = await site.serve(creator_id="124")
    assert served
    assert any(line.text.startswith("other") for line in served.lines)


async def test_a_generation_lasts_a_month() -> None:
    """Then new lines are written, not for all banks on the same day."""
    site = Site(written(), written())
    await site.serve()
    keys = {site.banks.key(str(creator), THANKS) for creator in range(50)}
    assert len({key.split("/")[2] for key in keys}) == 2
    site.clock.advance(timedelta(days=GENERATION_DAYS).total_seconds())
    served = await site.serve()
    assert served
    assert served.filled


async def test_an_operator_can_find_a_bank_by_its_key() -> None:
    """Language, message, generation, voice, version."""
    site = Site(written())
    await site.serve()
    parts = site.banks.key("123", THANKS).split("/")
    assert parts[:2] == ["en", "thanks"]
    assert parts[-1] == "v2"
    assert await site.checkpoints.recall("123", "chat.bank", "/".join(parts))


@pytest.mark.parametrize("error", [RateLimitError(), BudgetExceededError()])
async def test_a_bank_that_cannot_be_filled_is_left_alone_for_a_while(error: JobError) -> None:
    """Each message then goes its own way; later it is tried again."""
    site = Site(error, written())
    assert await site.serve() is None
    assert await site.serve() is None
    assert len(site.model.requests) == 1
    site.clock.advance(FAILED_SECONDS + 1)
    assert await site.serve()


async def test_bad_lines_are_left_out() -> None:
    """While enough are left: placeholders, links, numbers, prices, essays, and what is said twice."""
    bad = ["Hey [name]", "see www.example.com", "only 5 left", "just $", "x" * 300, "  ", "warm sun!!"]
    good = [f"warm {word}" for word in _WORDS[:MIN_LINES_PER_TONE]]
    site = Site(written(warm=[*good, *bad]))
    shown = set[str]()
    for _ in range(30):
        served = await site.serve()
        assert served
        shown |= {line.text for line in served.lines}
    assert not shown & set(bad)
    assert shown >= set(good)


async def test_too_few_good_lines_are_repaired_once() -> None:
    """And both calls are paid."""
    site = Site(written(warm=["one"]), written())
    assert await site.serve()
    assert "could not be used" in site.model.requests[1].messages[1].text
    assert len(site.model.requests) == 2


@pytest.mark.parametrize(
    "second",
    ["worse", ScriptedAnswer(text="", finish_reason=FinishReason.CONTENT_FILTER), written(curious=[])],
)
async def test_a_second_bad_bank_is_none(second: str | ScriptedAnswer) -> None:
    """The model answers the message itself."""
    site = Site("bad", second)
    assert await site.serve() is None


async def test_a_job_without_time_fills_no_bank() -> None:
    """What is left is for its own answer."""
    site = Site(written())
    assert await site.serve(seconds=5.0) is None
    assert site.model.requests == []


async def test_filling_leaves_half_of_the_time() -> None:
    """For the way without a bank."""
    site = Site(written())
    await site.serve(seconds=60.0)
    assert site.model.requests[0].deadline == pytest.approx(site.clock.monotonic() + 30.0)


async def test_jobs_that_come_at_once_fill_a_bank_once() -> None:
    """The others wait for it."""
    site = Site()

    class Slow:
        calls = 0

        async def complete(self, request: ModelRequest) -> ModelReply:
            Slow.calls += 1
            await asyncio.sleep(0.01)
            return await ScriptedChatModel([written()], clock=site.clock).complete(request)

    banks = site.another_process(Slow())
    served = await asyncio.gather(*(site.serve(banks=banks) for _ in range(20)))
    assert all(served)
    assert Slow.calls == 1


async def test_a_fan_is_never_shown_the_same_line_twice_in_a_row() -> None:
    """Even if the messages in between make the turns meet again."""
    site = Site(written(), written())
    greeting = replace(THANKS, everyday=Everyday(intents=(Intent.GREETING,), language="en"))
    previous: set[str] = set()
    for _ in range(200):
        served = await site.serve()
        assert served
        shown = {line.text for line in served.lines}
        assert not shown & previous
        previous = shown
        for _ in range(7):
            await site.serve(greeting)


async def test_no_line_knows_a_fan() -> None:
    """The prompt names none."""
    site = Site(written())
    await site.serve(replace(THANKS, fan="fan:Secretname", avoided=["Secretname, you are sweet"]))
    asked = "".join(message.text for message in site.model.requests[0].messages)
    assert "Secretname" not in asked


def test_what_a_process_remembers_is_bounded() -> None:
    """What was not of use for longest is forgotten."""
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]
    assert len(recent) == 2
