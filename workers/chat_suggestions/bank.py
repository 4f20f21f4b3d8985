"""The bank: lines for everyday messages, written once for a creator's voice and language, served for a month.

A bank is filled by the first job that needs it, as a step that is paid for once (`chat.bank`), and then kept
in this process for some minutes. Serving from it asks nobody.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel

from shared.ai.port import ChatModel, Role
from shared.ai.repairing import answered
from shared.clock import Clock
from shared.errors import JobError, ModelError, StoreUnavailableError
from shared.messaging.worker import JobContext
from shared.observability.failures import whereabouts
from workers.chat_suggestions.bank_prompt import TASK, bank_request, instructions, read_bank
from workers.chat_suggestions.everyday import Everyday
from workers.chat_suggestions.recent import Recent
from workers.chat_suggestions.rotation import BankLine, chosen

logger = logging.getLogger(__name__)

GENERATION_DAYS = 30
#: What an operator changes in a bank counts after this long.
KEPT_SECONDS = 10 * 60.0
#: After a failure the model answers each message itself for a while.
FAILED_SECONDS = 60.0
#: No job waits longer for another that fills the same bank;
PATIENCE_SECONDS = 15.0
#: and none fills one with less time than this left, half of which is kept for the way without a bank.
_MIN_SECONDS_LEFT = 10.0
#: Some kilobytes each.
_MOST_KEPT = 1_000
_MOST_SHOWN = 10_000
_DAY_SECONDS = 24 * 60 * 60


class Bank(BaseModel):
    """A bank's content, as it is kept."""

    #: The deployment that wrote it.
    model: str
    lines: list[BankLine]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a fan is to be answered with."""

    everyday: Everyday
    #: How the creator sounds, as quoted JSON.
    voice: str
    role: Role
    #: Names the fan or the conversation.
    fan: str
    #: Texts that the fan has just seen.
    avoided: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Served:
    """Three lines of a bank."""

    lines: tuple[BankLine, ...]
    model: str
    #: It was written for this message, which pays for it.
    filled: bool


@dataclass(frozen=True)
class _Kept:
    bank: Bank | None
    until: float


class Banks:
    """Every creator's banks, as far as this process has seen them.

    Args:
        model: writes lines.
        clock: the process' clock.
    """

    def __init__(self, model: ChatModel, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._kept: Recent[tuple[str, str], _Kept] = Recent(_MOST_KEPT)
        self._filling: dict[tuple[str, str], asyncio.Lock] = {}
        self._shown: Recent[tuple[str, str], tuple[str, ...]] = Recent(_MOST_SHOWN)

    async def serve(self, context: JobContext, wanted: Wanted) -> Served | None:
        """Return three lines; `None` when the bank has none, so that the model has to be asked."""
        key = (context.creator_id, self.key(context.creator_id, wanted))
        kept, paid = self._known(key), len(context.calls)
        bank = kept.bank if kept else await self._filled_once(context, wanted, key)
        filled = len(context.calls) > paid
        return self._chosen(bank, context, wanted, key[1], filled=filled) if bank else None

    def key(self, creator_id: str, wanted: Wanted) -> str:
        """Name a bank by all that its lines are made from, in words that an operator can search."""
        said, voice = wanted.everyday, hashlib.sha256(wanted.voice.encode()).hexdigest()[:16]
        part = hashlib.sha256(f"{creator_id}\0{said.name}".encode()).digest()
        offset_seconds = int.from_bytes(part[:4], "big") % (GENERATION_DAYS * _DAY_SECONDS)
        generation = int(self._clock.now().timestamp() + offset_seconds) // (GENERATION_DAYS * _DAY_SECONDS)
        return f"{said.language}/{said.name}/{generation}/{voice}/v{TASK.prompt_version}"

    def _known(self, key: tuple[str, str]) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept and kept.until > self._clock.monotonic() else None

    async def _filled_once(self, context: JobContext, wanted: Wanted, key: tuple[str, str]) -> Bank | None:
        """Look for the bank or fill it: one job of this process at a time, the others wait for it a while."""
        lock = self._filling.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await lock.acquire()
        except TimeoutError:
            return None
        try:
            if (kept := self._known(key)) is None:
                kept = await self._looked_up(context, wanted, key)
            return kept.bank
        finally:
            lock.release()
            if not lock.locked():
                self._filling.pop(key, None)

    async def _looked_up(self, context: JobContext, wanted: Wanted, key: tuple[str, str]) -> _Kept:
        try:
            bank = await context.checkpointed(
                "chat.bank", key[1], Bank, partial(self._written, context, wanted)
            )
            kept = _Kept(bank, self._clock.monotonic() + KEPT_SECONDS)
        except (JobError, StoreUnavailableError) as error:
            logger.warning(
                "A bank of lines could not be filled; the model answers each message itself.",
                extra={"action": "bank_failed", "jobId": context.job_id, "cause": whereabouts(error)},
            )
            kept = _Kept(None, self._clock.monotonic() + FAILED_SECONDS)
        self._kept.put(key, kept)
        return kept

    async def _written(self, context: JobContext, wanted: Wanted) -> Bank:
        """Have the model write a bank; an unusable answer is repaired once."""
        now = self._clock.monotonic()
        left = context.deadline - now
        if left < _MIN_SECONDS_LEFT:
            raise ModelError("There is no time to fill a bank.")
        request = bank_request(
            context,
            intents=wanted.everyday.intents,
            language=wanted.everyday.language,
            voice=wanted.voice,
            role=wanted.role,
            deadline=now + left / 2,
        )
        found = await answered(
            self._model,
            request,
            lambda text: read_bank(text, rules=instructions(wanted.voice), language=wanted.everyday.language),
            job_id=context.job_id,
        )
        lines = [BankLine(text=draft.text, tone=draft.tone) for draft in found.answer]
        return Bank(model=found.reply.deployment, lines=lines)

    def _chosen(
        self, bank: Bank, context: JobContext, wanted: Wanted, key: str, *, filled: bool
    ) -> Served | None:
        shown = (context.creator_id, f"{wanted.fan}\0{key}")
        avoided: Iterable[str] = (*wanted.avoided, *(self._shown.get(shown) or ()))
        lines = chosen(bank.lines, fan=wanted.fan, turn=context.turn, avoided=avoided)
        if lines is None:
            return None
        self._shown.put(shown, tuple(line.text for line in lines))
        return Served(lines=lines, model=bank.model, filled=filled)
