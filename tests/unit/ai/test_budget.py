"""A budget that becomes thrifty before it refuses, and never loses sight of what was paid."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.ai.accounts import LOCAL_RECONCILE_SECONDS, Accounts
from shared.ai.budget import Budget, BudgetedChatModel, thrifty
from shared.ai.caching import CachedChatModel
from shared.ai.deployment import Deployment
from shared.ai.holding import most_input_tokens, most_usd_micros
from shared.ai.port import AnswerSchema, Image, Message, ModelCall, ModelReply, ModelRequest, Thrift
from shared.ai.scripted import ScriptedAnswer, ScriptedChatModel
from shared.ai.spending import MemorySpendingStore, Reservation, Standing, Wish, days_in_month, rung_at
from shared.cache.memory import MemoryCache
from shared.clock import ManualClock
from shared.errors import BudgetExceededError, JobError, ModelError, StoreUnavailableError

Ask = Callable[..., ModelRequest]
MONTH = "2026-01"


class Books:
    """A ledger as a test wants it."""

    def __init__(self, usd_micros: int = 0) -> None:
        self.usd_micros = usd_micros
        self.is_away = False
        self.readings = 0

    async def month_usd_micros(self, month: str) -> int:
        self.readings += 1
        if self.is_away:
            raise StoreUnavailableError
        return self.usd_micros if month == MONTH else 0


class Flaky:
    """Shared counters that can be away."""

    def __init__(self) -> None:
        self.store = MemorySpendingStore()
        self.is_away = False

    async def reserve(self, wish: Wish) -> Standing | None:
        return None if self.is_away else await self.store.reserve(wish)

    async def settle(self, reservation: Reservation, *, paid_usd_micros: int, at: datetime) -> None:
        if not self.is_away:
            await self.store.settle(reservation, paid_usd_micros=paid_usd_micros, at=at)

    async def reconcile(self, month: str, *, ledger_usd_micros: int, at: datetime) -> None:
        if not self.is_away:
            await self.store.reconcile(month, ledger_usd_micros=ledger_usd_micros, at=at)

    async def counted(self, month: str) -> tuple[int, int] | None:
        return None if self.is_away else await self.store.counted(month)


class Bank:
    """A budget, all of its parts in reach."""

    def __init__(self, spent: int = 0, *, budget: int = 100_000, most: int = 1_000) -> None:
        self.clock = ManualClock()
        self.books, self.shared = Books(spent), Flaky()
        self.accounts = Accounts(self.shared, self.books, self.clock)
        self.budget, self.most = Budget(month_usd_micros=budget), most

    def model(self, model: ScriptedChatModel | None = None) -> BudgetedChatModel:
        return BudgetedChatModel(
            model or self.script(),
            self.accounts,
            self.budget,
            most_usd_micros=lambda _: self.most,
            clock=self.clock,
        )

    def script(self, line: str | ScriptedAnswer | JobError = "answer") -> ScriptedChatModel:
        return ScriptedChatModel(itertools.repeat(line), clock=self.clock)


async def test_what_was_paid_is_counted_and_told(ask: Ask, paid: list[ModelCall]) -> None:
    """To the store in place of what was held, and to the job."""
    bank = Bank()
    await bank.model().complete(ask())
    assert await bank.shared.counted(MONTH) == (570, 0)
    assert [call.cost_usd_micros for call in paid] == [570]


@pytest.mark.parametrize(
    ("spent", "thrift", "tokens"),
    [(0, Thrift.NONE, 100), (70_000, Thrift.BRIEF, 60), (90_000, Thrift.CHEAP, 60)],
)
async def test_each_mark_switches_one_rung(ask: Ask, spent: int, thrift: Thrift, tokens: int) -> None:
    """Shorter answers at 70 %, cheaper models at 90 %; a request may cost what is held for it."""
    bank = Bank(spent)
    script = bank.script()
    await bank.model(script).complete(ask())
    (asked,) = script.requests
    assert (asked.thrift, asked.task.max_output_tokens) == (thrift, tokens)
    assert asked.budget_usd_micros == 1_000


async def test_at_the_end_only_the_cache_answers(ask: Ask) -> None:
    """Which stands outside: what is known is still served, what is new is refused, and nobody is asked."""
    bank = Bank(98_900, most=1_000)
    script = bank.script()
    cached = CachedChatModel(bank.model(script), MemoryCache(bank.clock), key=b"key", clock=bank.clock)
    await cached.complete(ask("known"))
    assert (await cached.complete(ask("known"))).cached
    with pytest.raises(BudgetExceededError):
        await cached.complete(ask("new"))
    assert len(script.requests) == 1


async def test_each_mark_is_told_once(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    """To the operator, in the log."""
    bank = Bank(69_000, budget=100_000, most=2_000)
    model = bank.model()
    for spent in (69_000, 80_000, 95_000):
        bank.books.usd_micros = spent
        await bank.accounts._reconcile(bank.shared, MONTH)
        for _ in range(3):
            await model.complete(ask())
    marks = [record.__dict__["mark_percent"] for record in caplog.records]
    assert marks == [70, 90]


async def test_a_hit_costs_the_counters_nothing(ask: Ask) -> None:
    """No hold, no round trip."""
    bank = Bank()
    cached = CachedChatModel(bank.model(), MemoryCache(bank.clock), key=b"key", clock=bank.clock)
    await cached.complete(ask())
    bank.shared.is_away = True
    assert (await cached.complete(ask())).cached
    bank.shared.is_away = False
    assert await bank.shared.counted(MONTH) == (570, 0)


async def test_failure_9_refused_and_failing_answers_are_counted_too(ask: Ask) -> None:
    """A cost of $0 is no cost that was not seen."""

    class PaysAndFails:
        async def complete(self, request: ModelRequest) -> ModelReply:
            await ScriptedChatModel([ScriptedAnswer(text="", cost_usd_micros=40)], clock=bank.clock).complete(
                request
            )
            raise ModelError

    bank = Bank()
    model = BudgetedChatModel(
        PaysAndFails(), bank.accounts, bank.budget, most_usd_micros=lambda _: 1_000, clock=bank.clock
    )
    with pytest.raises(ModelError):
        await model.complete(ask())
    assert await bank.shared.counted(MONTH) == (40, 0)


async def test_a_call_that_is_stopped_gives_its_hold_back(ask: Ask) -> None:
    """Cancelled in the middle, with nothing paid."""

    class Endless:
        async def complete(self, _: ModelRequest) -> ModelReply:
            await asyncio.Event().wait()
            raise AssertionError

    bank = Bank()
    model = BudgetedChatModel(
        Endless(), bank.accounts, bank.budget, most_usd_micros=lambda _: 1_000, clock=bank.clock
    )
    call = asyncio.create_task(model.complete(ask()))
    await asyncio.sleep(0.01)
    assert await bank.shared.counted(MONTH) == (0, 1_000)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await bank.shared.counted(MONTH) == (0, 0)


async def test_without_redis_a_process_counts_from_what_it_knew(ask: Ask) -> None:
    """It does not begin at nothing, and does not spend for ever."""
    bank = Bank(97_000)
    model = bank.model()
    await model.complete(ask())
    bank.shared.is_away = True
    for _ in range(2):
        await model.complete(ask())
    with pytest.raises(BudgetExceededError):
        await model.complete(ask())
    bank.shared.is_away = False
    await model.complete(ask())


async def test_without_redis_the_ledger_tells_of_the_others(ask: Ask) -> None:
    """Every half minute."""
    bank = Bank()
    model = bank.model()
    bank.shared.is_away = True
    await model.complete(ask())
    bank.books.usd_micros = 100_000
    bank.clock.advance(LOCAL_RECONCILE_SECONDS)
    await model.complete(ask())
    await asyncio.sleep(0.01)
    with pytest.raises(BudgetExceededError):
        await model.complete(ask())


async def test_without_redis_and_ledger_calls_go_on(ask: Ask) -> None:
    """Within the budget, as far as the process knows."""
    bank = Bank(budget=2_000)
    bank.shared.is_away = bank.books.is_away = True
    model = bank.model()
    await model.complete(ask())
    await model.complete(ask())
    with pytest.raises(BudgetExceededError):
        await model.complete(ask())


async def test_a_forgotten_month_is_begun_from_the_ledger_once(ask: Ask) -> None:
    """Redis was emptied: the ledger is asked, and its figure is not added to anything."""
    bank = Bank(50_000)
    model = bank.model()
    await asyncio.gather(*(model.complete(ask()) for _ in range(10)))
    assert bank.books.readings == 1
    assert await bank.shared.counted(MONTH) == (50_000 + 10 * 570, 0)


async def test_a_hold_ends_after_its_calls_deadline(ask: Ask) -> None:
    """So that a dead worker's money comes back, and a living worker's does not."""
    bank = Bank()
    seen: list[Wish] = []

    class Watching(Flaky):
        async def reserve(self, wish: Wish) -> Standing | None:  # type: ignore[explicit-override]  # a test double
            seen.append(wish)
            return await super().reserve(wish)

    accounts = Accounts(Watching(), bank.books, bank.clock)
    model = BudgetedChatModel(
        bank.script(), accounts, bank.budget, most_usd_micros=lambda _: 1, clock=bank.clock
    )
    await model.complete(ask(deadline=100.0))
    assert seen[-1].expires_at - seen[-1].at == timedelta(seconds=160)


async def test_failure_7_a_call_over_midnight_of_the_last_day_is_lost_in_neither_month(ask: Ask) -> None:
    """It settles in the month in which it was reserved, whose budget it had."""
    bank = Bank()
    bank.clock.advance(timedelta(days=31).total_seconds() - 1)

    class OverMidnight:
        async def complete(self, request: ModelRequest) -> ModelReply:
            reply = await bank.script().complete(request)
            bank.clock.advance(2)
            return reply

    model = BudgetedChatModel(
        OverMidnight(), bank.accounts, bank.budget, most_usd_micros=lambda _: 1_000, clock=bank.clock
    )
    await model.complete(ask(deadline=1e9))
    await bank.model().complete(ask(deadline=1e9))
    assert await bank.shared.counted(MONTH) == (570, 0)
    assert await bank.shared.counted("2026-02") == (570, 0)


async def test_a_lost_settlement_is_made_good_by_the_ledger(ask: Ask) -> None:
    """Redis went away between the hold and the settlement: the hold returns, the ledger tells the cost."""
    bank = Bank()

    class Losing:
        async def complete(self, request: ModelRequest) -> ModelReply:
            bank.shared.is_away = True
            return await bank.script().complete(request)

    model = BudgetedChatModel(
        Losing(), bank.accounts, bank.budget, most_usd_micros=lambda _: 1_000, clock=bank.clock
    )
    await model.complete(ask())
    bank.shared.is_away = False
    assert await bank.shared.counted(MONTH) == (0, 1_000)
    bank.books.usd_micros = 570
    bank.clock.advance(2_000)
    await bank.accounts._reconcile(bank.shared, MONTH)
    assert await bank.shared.counted(MONTH) == (570, 0)


def test_thrift_is_not_applied_twice(ask: Ask) -> None:
    """Each rung includes those before it."""
    brief = thrifty(ask(), Thrift.BRIEF)
    cheap = thrifty(brief, Thrift.CHEAP)
    assert brief.task.max_output_tokens == cheap.task.max_output_tokens == 60
    assert thrifty(cheap, Thrift.BRIEF) is cheap
    assert thrifty(ask(), Thrift.CHEAP).task == cheap.task


def test_the_most_is_an_upper_bound(ask: Ask) -> None:
    """One token for each byte, all the answer that is allowed, and a useless answer before it."""
    deployment = Deployment(
        name="d",
        input_usd_micros_per_million_tokens=1_000_000,
        output_usd_micros_per_million_tokens=2_000_000,
        max_output_tokens=8_192,
    )
    request = ask("é" * 50)
    assert most_input_tokens(request) >= 100
    assert most_usd_micros(request, [deployment]) == 2 * (most_input_tokens(request) + 2 * 100)
    picture = Message(role="user", text="", images=(Image(data=b"x", media_type="image/png"),))
    assert most_input_tokens(ask(messages=(picture,))) > 2_380
    schema = AnswerSchema(name="s", json_schema={"type": "object"})
    assert most_input_tokens(replace(request, answer_schema=schema)) > most_input_tokens(request)
    assert most_usd_micros(request, []) == 0


@pytest.mark.parametrize(("spent", "rung"), [(0, 0), (69, 0), (70, 1), (89, 1), (90, 2), (99, 2), (100, 3)])
def test_rungs(spent: int, rung: int) -> None:
    assert rung_at(spent, 100) == rung


@pytest.mark.parametrize(("month", "days"), [(1, 31), (2, 28), (4, 30), (12, 31)])
def test_days(month: int, days: int) -> None:
    assert days_in_month(datetime(2026, month, 28, tzinfo=UTC)) == days


def test_brief_answers_are_asked_for_in_words(ask: Ask) -> None:
    """Once, at the end of the question: a limit alone would cut an answer off."""
    request = ask("Hello", task={"brief_words": "Be brief."})
    brief = thrifty(request, Thrift.BRIEF)
    assert [message.text for message in brief.messages] == ["Hello\nBe brief."]
    assert thrifty(brief, Thrift.CHEAP).messages == brief.messages
    assert thrifty(request, Thrift.NONE) is request
    assert thrifty(ask("Hello"), Thrift.BRIEF).messages == request.messages
