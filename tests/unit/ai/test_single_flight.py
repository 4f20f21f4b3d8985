"""Many who ask the same at once: who is answered, who pays, and what becomes of those who leave."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.ai.caching import CachedChatModel
from shared.ai.port import CacheScope, ChatModel, ModelCall, ModelReply, ModelRequest
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.cache.memory import MemoryCache
from shared.errors import BudgetExceededError, JobError, JobTimeoutError, ModelError
from tests.virtual_time import LoopClock, in_virtual_time

Ask = Callable[..., ModelRequest]


def _now() -> float:
    return asyncio.get_running_loop().time()


class SlowModel:
    """A model that takes a while, and counts."""

    def __init__(self, answer: str | ScriptedAnswer | JobError = "answer", *, seconds: float = 0.05) -> None:
        self._script = ScriptedChatModel(itertools.repeat(answer), clock=LoopClock())
        self._seconds = seconds
        self.asked: list[ModelRequest] = []
        self.stopped = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Answer after a while, within the request's deadline."""
        self.asked.append(request)
        try:
            async with asyncio.timeout(request.deadline - _now()):
                await asyncio.sleep(self._seconds)
        except TimeoutError as error:
            raise JobTimeoutError from error
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return await self._script.complete(request)


class _Job:
    """A job with a purse of its own."""

    def __init__(self, ask: Ask, *, seconds: float = 5.0, **changes: object) -> None:
        self.calls: list[ModelCall] = []
        deadline = _now() + seconds
        self.request = replace(ask(**changes), deadline=deadline, spent=self.calls.append)


def _cached(model: ChatModel) -> CachedChatModel:
    return CachedChatModel(model, MemoryCache(LoopClock()), key=b"key", clock=LoopClock())


@in_virtual_time
async def test_failure_1_fifty_identical_questions_are_one_call(ask: Ask) -> None:
    """One job pays; the other forty-nine get the answer free of charge."""
    model, jobs = SlowModel(), [_Job(ask) for _ in range(50)]
    cached = _cached(model)
    replies = await asyncio.gather(*(cached.complete(job.request) for job in jobs))
    assert len(model.asked) == 1
    assert {reply.text for reply in replies} == {"answer"}
    assert sorted(len(job.calls) for job in jobs) == [0] * 49 + [1]
    assert sum(reply.cost_usd_micros for reply in replies) == 570
    assert [reply.cached for reply in replies].count(False) == 1


@in_virtual_time
async def test_different_questions_do_not_wait_for_each_other(ask: Ask) -> None:
    """Each its own call, all at once."""
    model, started = SlowModel(seconds=0.1), _now()
    cached = _cached(model)
    await asyncio.gather(*(cached.complete(_Job(ask, text=str(n)).request) for n in range(20)))
    assert len(model.asked) == 20
    assert _now() - started == pytest.approx(0.1)


@in_virtual_time
async def test_a_stopped_leader_does_not_stop_the_others(ask: Ask) -> None:
    """The next one pays in its place: the leader's job may be closed already."""
    model, jobs = SlowModel(), [_Job(ask) for _ in range(3)]
    cached = _cached(model)
    waits = [asyncio.create_task(cached.complete(job.request)) for job in jobs]
    await asyncio.sleep(0.01)
    waits[0].cancel()
    replies = await asyncio.gather(*waits, return_exceptions=True)
    assert isinstance(replies[0], asyncio.CancelledError)
    assert len(model.asked) == 1
    assert [len(job.calls) for job in jobs] == [0, 1, 0]


@in_virtual_time
async def test_when_all_have_left_the_call_ends(ask: Ask) -> None:
    """Nobody pays for an answer that nobody wants; and the next one starts anew."""
    model = SlowModel(seconds=1)
    cached = _cached(model)
    waits = [asyncio.create_task(cached.complete(_Job(ask).request)) for _ in range(3)]
    await asyncio.sleep(0.01)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    assert (len(model.asked), model.stopped) == (1, 1)
    model._seconds = 0
    assert (await cached.complete(_Job(ask).request)).text == "answer"


@in_virtual_time
async def test_everyone_keeps_its_own_deadline(ask: Ask) -> None:
    """The impatient is told in time, also the one who asked first; the patient is answered."""
    model = SlowModel(seconds=0.3)
    cached, jobs = _cached(model), [_Job(ask, seconds=0.1), _Job(ask), _Job(ask, seconds=0.1)]
    started = _now()

    async def timed(job: _Job) -> float:
        with pytest.raises(JobTimeoutError):
            await cached.complete(job.request)
        return _now() - started

    first = asyncio.create_task(timed(jobs[0]))
    await asyncio.sleep(0)
    patient = asyncio.create_task(cached.complete(jobs[1].request))
    assert max(await asyncio.gather(first, timed(jobs[2]))) == pytest.approx(0.1)
    assert (await patient).text == "answer"
    assert [len(job.calls) for job in jobs] == [0, 1, 0]


@in_virtual_time
async def test_a_failure_is_everybodys_and_not_kept(ask: Ask) -> None:
    """One call fails fifty jobs; the next call is a new one."""
    model = SlowModel(ModelError())
    cached = _cached(model)
    failures = await asyncio.gather(
        *(cached.complete(_Job(ask).request) for _ in range(50)), return_exceptions=True
    )
    assert all(isinstance(failure, ModelError) for failure in failures)
    assert len(model.asked) == 1
    with pytest.raises(ModelError):
        await cached.complete(_Job(ask).request)
    assert len(model.asked) == 2


@in_virtual_time
async def test_one_creators_empty_purse_is_not_anothers(ask: Ask) -> None:
    """They share answers that hold nothing personal, but not a refusal of the budget."""

    class Purse:
        async def complete(self, request: ModelRequest) -> ModelReply:
            reply = await SlowModel().complete(request)
            if request.creator_id == "poor":
                raise BudgetExceededError
            return reply

    cached, shared = _cached(Purse()), {"cache_scope": CacheScope.SHARED}
    poor, rich = (_Job(ask, task=shared, creator_id=name) for name in ("poor", "rich"))
    refused, reply = await asyncio.gather(
        cached.complete(poor.request), cached.complete(rich.request), return_exceptions=True
    )
    assert isinstance(refused, BudgetExceededError)
    assert isinstance(reply, ModelReply)


@in_virtual_time
async def test_pieces_reach_all_who_want_them(ask: Ask) -> None:
    """The payer as they are written, the others in one piece, as after a hit."""
    told: list[str] = []
    cached = _cached(SlowModel())
    await asyncio.gather(*(cached.complete(_Job(ask, on_text=told.append).request) for _ in range(3)))
    assert told == ["answer"] * 3
    await cached.complete(_Job(ask, on_text=told.append).request)
    assert told == ["answer"] * 4


@in_virtual_time
async def test_pieces_are_not_for_those_who_have_left(ask: Ask) -> None:
    """Their job is closed; who pays in their place is told the whole."""
    gone: list[str] = []
    told: list[str] = []
    cached = _cached(SlowModel())
    leader = asyncio.create_task(cached.complete(_Job(ask, on_text=gone.append).request))
    await asyncio.sleep(0.01)
    follower = asyncio.create_task(cached.complete(_Job(ask, on_text=told.append).request))
    await asyncio.sleep(0.01)
    leader.cancel()
    assert not (await follower).cached
    assert (gone, told) == ([], ["answer"])


@in_virtual_time
async def test_an_owner_that_died_is_replaced_when_its_lease_ends(ask: Ask) -> None:
    """Another process' lease stands where the answer would; nobody waits longer than it lasts."""
    from shared.ai.entries import entry_name

    cache, job, model = MemoryCache(LoopClock()), _Job(ask), SlowModel()
    await cache.add(entry_name(job.request, b"key"), b"lease:dead", ttl_seconds=0.3)
    started = _now()
    cached = CachedChatModel(model, cache, key=b"key", clock=LoopClock())
    replies = await asyncio.gather(*(cached.complete(_Job(ask).request) for _ in range(9)))
    assert len(model.asked) == 1
    assert {reply.text for reply in replies} == {"answer"}
    assert 0.3 <= _now() - started < 0.6


@in_virtual_time
async def test_a_living_owner_keeps_its_lease(ask: Ask) -> None:
    """However long the model takes, within the deadline."""
    cache, model = MemoryCache(LoopClock()), SlowModel(seconds=0.6)
    processes = [
        CachedChatModel(model, cache, key=b"key", clock=LoopClock(), lease_seconds=0.2, renewal_seconds=0.05)
        for _ in range(4)
    ]
    await asyncio.gather(*(process.complete(_Job(ask).request) for process in processes for _ in range(5)))
    assert len(model.asked) == 1


@in_virtual_time
async def test_an_answer_that_is_not_kept_frees_the_lease(ask: Ask) -> None:
    """Another process asks at once, and does not wait for the lease's end."""
    cache, model = MemoryCache(LoopClock()), SlowModel("")
    processes = [CachedChatModel(model, cache, key=b"key", clock=LoopClock()) for _ in range(2)]
    started = _now()
    await asyncio.gather(*(process.complete(_Job(ask).request) for process in processes))
    assert len(model.asked) == 2
    assert _now() - started < 0.3
