"""Speech within the budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.ai.accounts import Accounts
from shared.ai.budget import Budget
from shared.ai.port import ModelCall
from shared.clock import ManualClock
from shared.errors import BudgetExceededError, JobTimeoutError, NetworkError
from shared.speech.memory import MemoryBatchTranscriber, MemoryTranscriber
from shared.speech.paying import BudgetedSpeech, SpeechPurse
from shared.speech.port import Payer, TranscriptionFailedError, Way

SOUND = Path("sound.flac")
#: The month in which a `ManualClock` begins.
MONTH = "2026-01"


class _Ledger:
    async def month_usd_micros(self, month: str) -> int:
        del month
        return 0


class World:
    """A purse with a dollar in it, less a cent."""

    def __init__(self, budget_usd_micros: int | None = 1_000_000) -> None:
        self.clock = ManualClock()
        self.accounts = Accounts(None, _Ledger(), self.clock)
        self.spent: list[ModelCall] = []
        self.payer = Payer(creator_id="123", spent=self.spent.append)
        self.fast, self.batches = MemoryTranscriber(self.clock), MemoryBatchTranscriber()
        budget = Budget(month_usd_micros=budget_usd_micros) if budget_usd_micros else None
        purse = SpeechPurse(clock=self.clock, accounts=self.accounts, budget=budget)
        self.speech = BudgetedSpeech(purse, transcribers=(self.fast,), batches=self.batches)

    async def at_once(self, seconds: float = 3_600.0) -> None:
        """Transcribe at once: an hour is $0.36."""
        transcriber = self.speech.at_once(Way.FAST, self.payer)
        deadline = self.clock.monotonic() + 60
        await transcriber.transcribe(SOUND, seconds=seconds, languages=(), deadline=deadline)

    async def later(self, name: str = "job_1.transcript", seconds: float = 3_600.0) -> str:
        """Order a batch: an hour is $0.18."""
        batches = self.speech.batches(self.payer)
        return await batches.submit(name, "https://x/y", seconds=seconds, languages=())

    async def counted(self) -> tuple[int, int] | None:
        """Return what is paid and what is held."""
        return await self.accounts._local.counted(MONTH)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.accounts.close()


async def test_what_is_heard_is_paid(world: World) -> None:
    await world.at_once()
    await world.later()
    assert [(call.deployment, call.cost_usd_micros) for call in world.spent] == [
        ("azure-speech-fast", 360_000),
        ("azure-speech-batch", 180_000),
    ]
    assert await world.counted() == (540_000, 0)


async def test_nothing_is_ordered_without_money(world: World) -> None:
    await world.at_once(9_000)
    with pytest.raises(BudgetExceededError):
        await world.at_once()
    with pytest.raises(BudgetExceededError):
        await world.later()
    assert (len(world.fast.heard), world.batches.paid, len(world.spent)) == (1, [], 1)


async def test_what_failed_costs_nothing(world: World) -> None:
    world.fast.error = NetworkError()
    with pytest.raises(NetworkError):
        await world.at_once()
    assert world.spent == []
    assert await world.counted() == (0, 0)


@pytest.mark.parametrize("error", [JobTimeoutError(), asyncio.CancelledError()])
async def test_what_was_given_up_counts_as_paid(world: World, error: BaseException) -> None:
    """The service may charge for it, and nobody can know."""
    world.fast.error = error
    with pytest.raises(type(error)):
        await world.at_once()
    assert [call.cost_usd_micros for call in world.spent] == [360_000]
    assert await world.counted() == (360_000, 0)


async def test_what_comes_too_late_is_not_ordered(world: World) -> None:
    transcriber = world.speech.at_once(Way.FAST, world.payer)
    with pytest.raises(JobTimeoutError):
        await transcriber.transcribe(SOUND, seconds=1, languages=(), deadline=world.clock.monotonic())
    assert (world.spent, world.fast.heard) == ([], [])


async def test_without_a_budget_all_is_noted(world: World) -> None:
    unlimited = World(budget_usd_micros=None)
    await unlimited.at_once(100 * 3_600)
    assert [call.cost_usd_micros for call in unlimited.spent] == [36_000_000]
    await unlimited.accounts.close()
    del world


async def test_questions_cost_nothing(world: World) -> None:
    batches = world.speech.batches(world.payer)
    transcription = await world.later()
    assert await batches.result(transcription) is None
    assert await batches.name_of(transcription) == "job_1.transcript"
    await batches.forget(transcription)
    assert len(world.spent) == 1


def test_what_is_offered(world: World) -> None:
    assert world.speech.offered == {Way.FAST, Way.BATCH}
    with pytest.raises(TranscriptionFailedError):
        world.speech.at_once(Way.STREAMED, world.payer)
    nothing = BudgetedSpeech(SpeechPurse(clock=world.clock))
    assert nothing.offered == set()
    with pytest.raises(TranscriptionFailedError):
        nothing.batches(world.payer)
