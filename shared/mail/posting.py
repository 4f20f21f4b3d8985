"""The post office: takes what is to be told, and sends letters, each once as far as its way allows.

Whoever dies at any line leaves a row that says what is known: a notice that waits, a letter that waits, one
that was claimed and not begun (it is sent again), or one that was begun (it is sent again only on a way that
recognises it, and is uncertain otherwise).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.errors import MailDeferredError, MailRefusedError, MailUncertainError
from shared.mail.letters import ClaimedLetter, Ending, LetterState, LetterStore
from shared.mail.notices import QUIET_SECONDS, Notice
from shared.mail.port import Effect, Letter, Mailer
from shared.observability.failures import whereabouts

logger = logging.getLogger(__name__)

#: An attempt takes half a minute at the worst.
LEASE_SECONDS = 120.0
#: The pauses after an attempt that sent nothing, the last one again and again …
_PAUSES_SECONDS = (30.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0)
#: … for about a day.
_MAX_ATTEMPTS = 28
_BATCH = 20
_MAX_BATCHES = 25
#: Longer than any message can be delivered again or replayed from a dead-letter queue by habit.
RETENTION_DAYS = 90


class Step(StrEnum):
    """Where a letter is, for those who test what a kill does there."""

    #: The notice is durable.
    NOTED = "noted"
    #: What waited is in letters.
    GATHERED = "gathered"
    #: The letters are ours; none is begun.
    CLAIMED = "claimed"
    #: The intent is durable; nothing is sent.
    INTENDED = "intended"
    #: The mail has left; nobody knows it but us.
    SENT = "sent"
    RECORDED = "recorded"


#: Told of each step as it is reached.
Probe = Callable[[Step], None]


def unobserved(_step: Step) -> None:
    """Let the letter pass: the probe of production."""


class Composer(Protocol):
    """Writes letters."""

    def compose(self, letter: ClaimedLetter, address: str) -> Letter:
        """Return the letter that tells its notices."""
        ...


@dataclass(frozen=True, kw_only=True)
class Route:
    """How letters leave."""

    mailer: Mailer
    #: Where the operator is reached; `None`: not at all.
    operator: str | None = None


class PostOffice:
    """Keeps notices and sends letters; any number may run at the same time.

    Args:
        store: the truth.
        route: how letters leave; `None`: nothing is kept nor sent.
        composer: writes them.
        probe: told of each named point.
    """

    def __init__(
        self,
        *,
        store: LetterStore,
        route: Route | None,
        composer: Composer,
        probe: Probe = unobserved,
    ) -> None:
        self._store = store
        self._route = route
        self._composer = composer
        self._reached = probe

    async def tell(self, notice: Notice) -> None:
        """Keep a notice, and send what its recipient is due.

        Raises:
            StoreUnavailableError: it may not be kept; telling it again does no harm.
        """
        if self._route is None:
            return
        gather_seconds = 0.0 if notice.urgent else QUIET_SECONDS
        if await self._store.note(notice, gather_seconds=gather_seconds):
            self._reached(Step.NOTED)
            await self._deliver(self._route, limit=1, recipient=notice.recipient)

    async def send_due(self) -> int:
        """Send everything that is due, for as long as there is any; return how many letters were tried.

        Raises:
            StoreUnavailableError: the rest is left to the next time.
        """
        if self._route is None:
            return 0
        total = 0
        for _ in range(_MAX_BATCHES):
            tried = await self._deliver(self._route, limit=_BATCH)
            total += tried
            if tried == 0:
                break
        await self._store.forget(after_days=RETENTION_DAYS, limit=_BATCH)
        return total

    async def _deliver(self, route: Route, *, limit: int, recipient: str | None = None) -> int:
        await self._store.gather(limit=limit, recipient=recipient)
        self._reached(Step.GATHERED)
        letters = await self._store.claim(
            limit=limit,
            effect=route.mailer.effect,
            lease_seconds=LEASE_SECONDS,
            operator=route.operator,
            recipient=recipient,
        )
        self._reached(Step.CLAIMED)
        for letter in letters:
            await self._attempt(route.mailer, letter)
        return len(letters)

    async def _attempt(self, mailer: Mailer, letter: ClaimedLetter) -> None:
        if letter.address is None:
            await self._end(letter, Ending(state=LetterState.DROPPED, unsent=True))
            return
        try:
            written = self._composer.compose(letter, letter.address)
        except Exception as error:  # noqa: BLE001 - one that can't be written must not keep the others waiting
            logger.warning("A letter could not be written.", extra=_about(letter, error, "mail_unwritten"))
            await self._end(letter, Ending(state=LetterState.REFUSED, unsent=True, error=whereabouts(error)))
            return
        if not await self._store.intend(letter, effect=mailer.effect, subject=written.subject):
            return
        self._reached(Step.INTENDED)
        await self._end(letter, await self._sent(mailer, letter, written))

    async def _sent(self, mailer: Mailer, letter: ClaimedLetter, written: Letter) -> Ending:
        try:
            receipt = await mailer.send(written, again=letter.again)
        except MailRefusedError as error:
            return Ending(state=LetterState.REFUSED, error=error.message)
        except MailUncertainError as error:
            logger.warning("A letter's fate is unknown.", extra=_about(letter, error, "mail_uncertain"))
            return _after_uncertainty(mailer.effect, letter, error)
        except MailDeferredError as error:
            logger.warning("A letter was not sent for now.", extra=_about(letter, error, "mail_deferred"))
            return _after_deferral(letter, error)
        self._reached(Step.SENT)
        return Ending(state=LetterState.SENT, reference=receipt.reference)

    async def _end(self, letter: ClaimedLetter, ending: Ending) -> None:
        await self._store.record(letter, ending)
        self._reached(Step.RECORDED)
        logger.info(
            "A letter's attempt has ended.",
            extra={"action": "mail", "letter_id": str(letter.letter_id), "state": ending.state.value},
        )


def _after_uncertainty(effect: Effect, letter: ClaimedLetter, error: MailUncertainError) -> Ending:
    """Try again where that is recognised; whether it still is, the next claim decides."""
    if effect.repeatable_seconds <= 0:
        return Ending(state=LetterState.UNCERTAIN, error=error.message)
    return Ending(state=LetterState.WAITING, due_in_seconds=_pause(letter.attempt), error=error.message)


def _after_deferral(letter: ClaimedLetter, error: MailDeferredError) -> Ending:
    unsent = not letter.again  # an earlier attempt may have sent it, whatever this one did
    if letter.attempt >= _MAX_ATTEMPTS:
        return Ending(state=LetterState.GIVEN_UP, unsent=unsent, error=error.message)
    pause = max(_pause(letter.attempt), error.retry_after_seconds or 0.0)
    return Ending(
        state=LetterState.WAITING, due_in_seconds=min(pause, 3_600.0), unsent=unsent, error=error.message
    )


def _pause(attempt: int) -> float:
    return _PAUSES_SECONDS[min(attempt, len(_PAUSES_SECONDS)) - 1]


def _about(letter: ClaimedLetter, error: Exception, action: str) -> dict[str, object]:
    return {"action": action, "letter_id": str(letter.letter_id), "cause": whereabouts(error)}
