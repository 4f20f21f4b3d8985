"""A budget that cannot be passed: what a call may cost is held before it is made, and settled after.

As the month's budget is used up the calls become thriftier before they are refused: from 70 % on answers are
shorter, from 90 % on cheaper models are asked, and at 100 % only the cache, which stands outside this policy,
still answers. One creator's share of a day has the same marks, so that nobody spends what is everybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex

from shared.ai.accounts import Accounts, Grant
from shared.ai.port import ChatModel, Message, ModelCall, ModelReply, ModelRequest, Thrift
from shared.ai.spending import Wish
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import BudgetExceededError
from shared.settings import Settings

#: How much of its length a brief answer may have.
BRIEF_PERCENT = 60
#: A hold outlives its call's deadline by this much: a settlement may be late, a clock may be wrong.
GRACE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What may be spent."""

    month_usd_micros: int
    #: How many times the even share of a day one creator may spend; `None` is without limit.
    daily_shares: float | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Budget | None:
        """Return the operator's budget, if there is one."""
        usd = settings.ai_monthly_budget_usd
        if usd is None:
            return None
        return cls(month_usd_micros=int(usd * 1_000_000), daily_shares=settings.ai_creator_daily_shares)


class BudgetedChatModel:
    """A chat model that is asked only while there is money.

    Args:
        model: the model behind the budget.
        accounts: where money is held.
        budget: how much there is.
        most_usd_micros: the most that a request may cost.
        clock: the process' clock.
    """

    def __init__(
        self,
        model: ChatModel,
        accounts: Accounts,
        budget: Budget,
        *,
        most_usd_micros: Callable[[ModelRequest], int],
        clock: Clock,
    ) -> None:
        self._model = model
        self._accounts = accounts
        self._budget = budget
        self._most_usd_micros = most_usd_micros
        self._clock = clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer, as thrifty as the budget asks for.

        Raises:
            BudgetExceededError: the month's budget, or the creator's share of the day, has no room for it.
            JobError: see `ChatModel.complete`.
        """
        brief = thrifty(request, Thrift.BRIEF)
        rungs = [request, brief, thrifty(brief, Thrift.CHEAP)]
        grant = await self._accounts.reserve(self._wish(request, rungs))
        if grant is None:
            note("budget", action="refused")
            raise BudgetExceededError
        asked = rungs[grant.rung]
        note("budget", action="reserved", thrift=int(asked.thrift))
        return await self._complete(asked, grant)

    async def _complete(self, request: ModelRequest, grant: Grant) -> ModelReply:
        paid: list[int] = []

        def spent(call: ModelCall) -> None:
            paid.append(call.cost_usd_micros)
            request.spent(call)

        try:
            held = grant.reservation.held_usd_micros  # which is what it may cost, and no more
            return await self._model.complete(request.but(spent=spent, budget_usd_micros=held))
        finally:
            await self._accounts.settle(grant, paid_usd_micros=sum(paid))

    def _wish(self, request: ModelRequest, rungs: list[ModelRequest]) -> Wish:
        now = self._clock.now()
        seconds = max(0.0, request.deadline - self._clock.monotonic()) + GRACE_SECONDS
        return Wish(
            reservation_id=token_hex(),
            creator_id=request.creator_id,
            at=now,
            expires_at=now + timedelta(seconds=seconds),
            most_usd_micros=[self._most(rung) for rung in rungs],
            budget_usd_micros=self._budget.month_usd_micros,
            daily_shares=self._budget.daily_shares,
        )

    def _most(self, request: ModelRequest) -> int:
        most = self._most_usd_micros(request)
        return most if request.budget_usd_micros is None else min(most, request.budget_usd_micros)


def thrifty(request: ModelRequest, thrift: Thrift) -> ModelRequest:
    """Return a request as a rung of thrift asks for it; each rung includes those before it."""
    if thrift <= request.thrift:
        return request
    if request.thrift is not Thrift.NONE:
        return request.but(thrift=thrift)
    task = request.task
    brief = replace(task, max_output_tokens=max(1, task.max_output_tokens * BRIEF_PERCENT // 100))
    return request.but(task=brief, messages=_with(task.brief_words, request.messages), thrift=thrift)


def _with(words: str, messages: Sequence[Message]) -> Sequence[Message]:
    """Say something at the end of a question: a limit alone would cut the answer off, not shorten it."""
    if not words or not messages:
        return messages
    *before, last = messages
    return (*before, replace(last, text=f"{last.text}\n{words}"))
