"""Speech within the budget: what a transcription costs is held before it is ordered, and noted after.

The ports know no creator, so these wrappers are made for each job: they are cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from shared.ai.accounts import Accounts, Grant
from shared.ai.budget import Budget
from shared.ai.deployment import SpeechService
from shared.ai.port import ModelCall, Thrift
from shared.ai.spending import Wish
from shared.clock import Clock
from shared.errors import BudgetExceededError, JobTimeoutError
from shared.speech.port import (
    BatchTranscriber,
    Payer,
    SpokenText,
    Transcriber,
    TranscriptionFailedError,
    Way,
)
from shared.speech.prices import SERVICES, call_of

#: How long money stays held for a call that nobody settles.
HOLD_SECONDS = 600.0

_NOT_OFFERED = "No such speech service is configured."


@dataclass(frozen=True, kw_only=True)
class SpeechPurse:
    """Holds and settles what speech costs.

    Without accounts nothing is held; what is spent is noted all the same.
    """

    clock: Clock
    accounts: Accounts | None = None
    budget: Budget | None = None
    services: Mapping[Way, SpeechService] = field(default_factory=lambda: SERVICES)

    @asynccontextmanager
    async def paying(
        self, payer: Payer, way: Way, seconds: float, *, doubtful_is_paid: bool = False
    ) -> AsyncIterator[None]:
        """Hold the price while the block orders a transcription; note it if the block succeeds.

        Args:
            payer: whose money it is.
            way: how it is transcribed.
            seconds: the sound's length.
            doubtful_is_paid: an order that was given up meanwhile counts as paid, as Azure may count it.

        Raises:
            BudgetExceededError: the month's budget, or the creator's share of the day, has no room for it.
            ConfigurationError: the price is unknown.
        """
        call = call_of(way, seconds, self.services)
        grant = await self._held(payer, call)
        paid = False
        try:
            yield
            paid = True
        except (JobTimeoutError, asyncio.CancelledError):
            paid = doubtful_is_paid
            raise
        finally:
            if paid:
                payer.spent(call)
            if grant is not None and self.accounts is not None:
                await self.accounts.settle(grant, paid_usd_micros=call.cost_usd_micros if paid else 0)

    async def _held(self, payer: Payer, call: ModelCall) -> Grant | None:
        if self.accounts is None or self.budget is None:
            return None
        grant = await self.accounts.reserve(self._wish(payer, call, self.budget))
        if grant is None:
            raise BudgetExceededError
        return grant

    def _wish(self, payer: Payer, call: ModelCall, budget: Budget) -> Wish:
        now = self.clock.now()
        return Wish(
            reservation_id=uuid4().hex,
            creator_id=payer.creator_id,
            at=now,
            expires_at=now + timedelta(seconds=HOLD_SECONDS),
            most_usd_micros=[call.cost_usd_micros] * len(Thrift),
            budget_usd_micros=budget.month_usd_micros,
            daily_shares=budget.daily_shares,
        )


class BudgetedTranscriber:
    """A transcriber that is asked only while there is money: a `Transcriber`."""

    def __init__(self, transcriber: Transcriber, purse: SpeechPurse, payer: Payer) -> None:
        self.way = transcriber.way
        self._transcriber = transcriber
        self._purse = purse
        self._payer = payer

    async def transcribe(
        self, sound: Path, *, seconds: float, languages: Sequence[str], deadline: float
    ) -> SpokenText:
        """See `Transcriber.transcribe`; raises `BudgetExceededError`, too."""
        if deadline <= self._purse.clock.monotonic():
            raise JobTimeoutError
        async with self._purse.paying(self._payer, self.way, seconds, doubtful_is_paid=True):
            return await self._transcriber.transcribe(
                sound, seconds=seconds, languages=languages, deadline=deadline
            )


class BudgetedBatchTranscriber:
    """A batch transcriber that is given work only while there is money: a `BatchTranscriber`.

    What was found under its name is noted again: whoever submits keeps a checkpoint, so that it submits a
    second time only if the first one's note was lost with it.
    """

    def __init__(self, transcriber: BatchTranscriber, purse: SpeechPurse, payer: Payer) -> None:
        self._transcriber = transcriber
        self._purse = purse
        self._payer = payer

    async def submit(self, name: str, sound_url: str, *, seconds: float, languages: Sequence[str]) -> str:
        """See `BatchTranscriber.submit`; raises `BudgetExceededError`, too."""
        async with self._purse.paying(self._payer, Way.BATCH, seconds):
            return await self._transcriber.submit(name, sound_url, seconds=seconds, languages=languages)

    async def result(self, transcription_id: str) -> SpokenText | None:
        """See `BatchTranscriber.result`."""
        return await self._transcriber.result(transcription_id)

    async def forget(self, transcription_id: str) -> None:
        """See `BatchTranscriber.forget`."""
        await self._transcriber.forget(transcription_id)

    async def name_of(self, transcription_id: str) -> str | None:
        """See `BatchTranscriber.name_of`."""
        return await self._transcriber.name_of(transcription_id)


class BudgetedSpeech:
    """The ways that are configured, each within the budget: a `Speech`.

    Args:
        purse: holds and settles what it costs.
        transcribers: those that answer at once.
        batches: who takes sound now and has its words later, if anybody does.
    """

    def __init__(
        self,
        purse: SpeechPurse,
        *,
        transcribers: Collection[Transcriber] = (),
        batches: BatchTranscriber | None = None,
    ) -> None:
        self._purse = purse
        self._transcribers = {transcriber.way: transcriber for transcriber in transcribers}
        self._batches = batches

    @property
    def offered(self) -> Collection[Way]:
        """See `Speech.offered`."""
        return {*self._transcribers, *((Way.BATCH,) if self._batches else ())}

    def at_once(self, way: Way, payer: Payer) -> BudgetedTranscriber:
        """See `Speech.at_once`."""
        transcriber = self._transcribers.get(way)
        if transcriber is None:
            raise TranscriptionFailedError(_NOT_OFFERED)
        return BudgetedTranscriber(transcriber, self._purse, payer)

    def batches(self, payer: Payer) -> BudgetedBatchTranscriber:
        """See `Speech.batches`."""
        if self._batches is None:
            raise TranscriptionFailedError(_NOT_OFFERED)
        return BudgetedBatchTranscriber(self._batches, self._purse, payer)
