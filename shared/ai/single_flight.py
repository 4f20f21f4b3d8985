"""Several jobs that ask the same at the same time, and one call that answers them all.

The call belongs to nobody alone. Who waits may leave, because its deadline is over or its job was stopped,
and the others are answered all the same; the call ends early only when the last has left. It is paid by the
first who still waits, so that its cost is always told to a job that can still write it to the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from shared.ai.port import ModelCall, ModelReply, ModelRequest, Usage
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import BudgetExceededError, JobError, JobTimeoutError


@dataclass(frozen=True, eq=False)
class _Passenger:
    """One who waits; two with the same question are still two."""

    request: ModelRequest


class Flight:
    """One call under way, and those who wait for its answer."""

    def __init__(self, first: ModelRequest, ask: Callable[[Flight], Awaitable[ModelReply]]) -> None:
        self._passengers: list[_Passenger] = []
        self._listener: _Passenger | None = None
        self._deadline = first.deadline
        self._creator_id = first.creator_id
        self._task = asyncio.create_task(self._fly(ask))
        self._task.add_done_callback(_retrieve)

    @property
    def request(self) -> ModelRequest:
        """What to ask the model: paid by the first who still waits, and wanted until the last gives up."""
        payer = self._listener = self._passengers[0]
        self._creator_id = payer.request.creator_id
        self._deadline = max(passenger.request.deadline for passenger in self._passengers)
        on_text = payer.request.on_text and partial(self._tell, payer)
        return payer.request.but(deadline=self._deadline, spent=self._spent, on_text=on_text)

    @property
    def landed(self) -> bool:
        """Whether there is an answer, or a failure."""
        return self._task.done()

    def board(self, request: ModelRequest) -> _Passenger:
        """Wait with the others."""
        passenger = _Passenger(request)
        self._passengers.append(passenger)
        return passenger

    async def reply(self, passenger: _Passenger, timeout_seconds: float) -> ModelReply:
        """Return the answer; it costs only the one who pays.

        Raises:
            JobTimeoutError: the passenger's own time is over.
            JobError: the call's failure.
        """
        await asyncio.wait((self._task,), timeout=timeout_seconds)
        if not self._task.done():
            raise JobTimeoutError("The AI model did not answer before the job's deadline.")
        reply = self._task.result()
        if passenger is not self._passengers[0]:
            note("cache", outcome="hit", waited="process")
            reply = _shared(reply)
        return reply if passenger is self._listener else told(reply, passenger.request)

    def leave(self, passenger: _Passenger) -> bool:
        """Wait no longer; returns whether the flight goes on."""
        if self.landed:
            return True
        if len(self._passengers) == 1:  # who stays on the list, to pay what is being paid just now
            return False
        self._passengers.remove(passenger)
        return True

    async def abort(self) -> None:
        """End a call that nobody wants any more."""
        self._task.cancel()
        await asyncio.wait({self._task})

    def concerns(self, error: JobError, request: ModelRequest) -> bool:
        """Whether a failure is this passenger's too, and not of the payer's deadline or budget."""
        if isinstance(error, JobTimeoutError):
            return self._deadline >= request.deadline
        return not isinstance(error, BudgetExceededError) or self._creator_id == request.creator_id

    async def _fly(self, ask: Callable[[Flight], Awaitable[ModelReply]]) -> ModelReply:
        return await ask(self)

    def _tell(self, listener: _Passenger, piece: str) -> None:
        """Pass on a piece of the answer to the one it is written for, unless its job has left."""
        if listener in self._passengers and listener.request.on_text is not None:
            listener.request.on_text(piece)

    def _spent(self, call: ModelCall) -> None:
        self._passengers[0].request.spent(call)


class SingleFlight:
    """At most one call for each name at any time in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flights: dict[str, Flight] = {}

    def is_under_way(self, name: str) -> bool:
        """Say whether there is a call that one may wait for."""
        flight = self._flights.get(name)
        return flight is not None and not flight.landed

    async def complete(
        self, name: str, request: ModelRequest, ask: Callable[[Flight], Awaitable[ModelReply]]
    ) -> ModelReply:
        """Return the answer that is under way for this name, or else that of `ask`.

        Raises:
            JobError: see `ChatModel.complete`; a failure is everybody's, and forgotten at once.
        """
        while True:
            flight = self._flights.get(name)
            if flight is None or flight.landed:
                flight = self._flights[name] = Flight(request, ask)
            try:
                return await self._board(name, flight, request)
            except JobError as error:
                if flight.concerns(error, request) or self._clock.monotonic() >= request.deadline:
                    raise

    async def _board(self, name: str, flight: Flight, request: ModelRequest) -> ModelReply:
        passenger = flight.board(request)
        try:
            return await flight.reply(passenger, request.deadline - self._clock.monotonic())
        finally:
            goes_on = flight.leave(passenger)
            if (flight.landed or not goes_on) and self._flights.get(name) is flight:
                del self._flights[name]
            if not goes_on:
                await flight.abort()


def told(reply: ModelReply, request: ModelRequest) -> ModelReply:
    """Return a reply after its text was given, in one piece, to a caller that wanted it in pieces."""
    if request.on_text is not None:
        request.on_text(reply.text)
    return reply


def _shared(reply: ModelReply) -> ModelReply:
    return replace(reply, usage=Usage(input_tokens=0, output_tokens=0), cost_usd_micros=0, cached=True)


def _retrieve(task: asyncio.Task[ModelReply]) -> None:
    """Look at a failure that nobody may be left to look at, lest asyncio complains."""
    if not task.cancelled():
        task.exception()
