"""Dead letters in Azure Service Bus.

A dead letter can be looked at by its sequence number, but taken away only by whoever has received it, and
messages are received in their order. So those that stand before are received too, and given back.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from shared.clock import Clock
from shared.dead_letters.letters import BROKERS_PROPERTIES, DeadLetter, Source
from shared.dead_letters.port import Cleared
from shared.errors import BrokerUnavailableError
from shared.messaging.sanitising import storable_text

T = TypeVar("T")

Connect = Callable[[], ServiceBusClient]

#: Half of the ten minutes after which Service Bus detaches an idle link.
MAX_IDLE_SECONDS = 300.0
#: A broker that takes longer is away.
PEEK_TIMEOUT_SECONDS = 15.0
#: Locks last a minute or more: what is received is settled long before.
MAX_CLEARING_SECONDS = 20.0
#: How long an empty queue is waited at until it counts as empty.
_EMPTY_SECONDS = 1.0
_BATCH = 100
_CLOSE_TIMEOUT_SECONDS = 2.0
#: What has been seen to go wrong; an idle link's detach surfaces as AttributeError.
_FAILURES = (AzureError, TimeoutError, OSError, AttributeError, ValueError)


class ServiceBusLetters:
    """The dead-letter queues of a namespace's subscriptions: `Letters`.

    Args:
        connect: makes a client; called again whenever the last one is given up.
        clock: tells how long a link has been idle.
    """

    def __init__(self, connect: Connect, clock: Clock) -> None:
        self._connect = connect
        self._clock = clock
        self._links: dict[Source, _Link] = {}

    async def peek(self, source: Source, *, from_sequence: int, limit: int) -> Sequence[DeadLetter]:
        """See `Letters.peek`."""
        if source not in self._links:
            self._links[source] = _Link(source, self._connect, self._clock)
        found = await self._links[source].use(
            lambda receiver: receiver.peek_messages(limit, sequence_number=max(1, from_sequence))
        )
        return [dead_letter(message) for message in found]

    async def clear(
        self, source: Source, wanted: Mapping[int, str | None], *, within_seconds: float
    ) -> Cleared:
        """See `Letters.clear`."""
        if not wanted:
            return Cleared(gone=(), left=())
        try:
            async with self._connect() as client, _receiver(client, source) as receiver:
                gone = await _complete(receiver, wanted, min(within_seconds, MAX_CLEARING_SECONDS))
        except _FAILURES as error:
            raise BrokerUnavailableError from error
        left = await self._lying(source, wanted.keys() - gone)
        return Cleared(gone=wanted.keys() - left, left=left)

    async def close(self) -> None:
        """Give up every connection."""
        for link in self._links.values():
            await link.discard()

    async def _lying(self, source: Source, numbers: set[int]) -> set[int]:
        """Return which of these are there, locked or not."""
        there: set[int] = set()
        asked = sorted(numbers)
        while asked and (page := await self.peek(source, from_sequence=asked[0], limit=_BATCH)):
            there |= {letter.sequence_number for letter in page} & numbers
            asked = [number for number in asked if number > page[-1].sequence_number]
        return there


class _Link:
    """The way to one dead-letter queue; one coroutine uses it at a time."""

    def __init__(self, source: Source, connect: Connect, clock: Clock) -> None:
        self._source = source
        self._connect = connect
        self._clock = clock
        self._alone = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._receiver: ServiceBusReceiver | None = None
        self._used_at = 0.0

    async def use(self, work: Callable[[ServiceBusReceiver], Awaitable[T]]) -> T:
        """Do something with the link; once more with a new one if it fails.

        Raises:
            BrokerUnavailableError: it failed twice.
        """
        async with self._alone:
            if self._clock.monotonic() - self._used_at > MAX_IDLE_SECONDS:
                await self.discard()
            was_open = self._receiver is not None
            try:
                return await self._once(work)
            except BrokerUnavailableError:
                if not was_open:
                    raise
                return await self._once(work)

    async def _once(self, work: Callable[[ServiceBusReceiver], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(PEEK_TIMEOUT_SECONDS):
                answer = await work(await self._opened())
        except _FAILURES as error:
            await self.discard()
            raise BrokerUnavailableError from error
        self._used_at = self._clock.monotonic()
        return answer

    async def discard(self) -> None:
        """Give the link up; a broken one may hang or fail while closing, which is of no interest."""
        stack, self._stack, self._receiver = self._stack, None, None
        if stack is None:
            return
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_TIMEOUT_SECONDS):
                await stack.aclose()

    async def _opened(self) -> ServiceBusReceiver:
        if self._receiver is None:
            self._stack = AsyncExitStack()
            client = await self._stack.enter_async_context(self._connect())
            self._receiver = await self._stack.enter_async_context(_receiver(client, self._source))
        return self._receiver


def _receiver(client: ServiceBusClient, source: Source) -> ServiceBusReceiver:
    return client.get_subscription_receiver(
        source.topic.value, source.subscription, sub_queue=ServiceBusSubQueue.DEAD_LETTER
    )


async def _complete(
    receiver: ServiceBusReceiver, wanted: Mapping[int, str | None], seconds: float
) -> set[int]:
    """Receive in order and complete what is wanted; whatever else comes is given back at the end."""
    gone: set[int] = set()
    others: list[ServiceBusReceivedMessage] = []
    until = time.monotonic() + seconds
    try:
        while len(gone) < len(wanted) and time.monotonic() < until:
            batch = await receiver.receive_messages(_BATCH, max_wait_time=_EMPTY_SECONDS)
            mine = [message for message in batch if _is_wanted(message, wanted)]
            others += [message for message in batch if message not in mine]
            for message in mine:
                with suppress(AzureError):  # its lock is gone: it comes again
                    await receiver.complete_message(message)
                    gone.add(message.sequence_number or 0)
            if not batch or min(message.sequence_number or 0 for message in batch) > max(wanted):
                break
    finally:
        for message in others:
            with suppress(AzureError):  # its lock is gone: it is free already
                await receiver.abandon_message(message)
    return gone


def _is_wanted(message: ServiceBusReceivedMessage, wanted: Mapping[int, str | None]) -> bool:
    number = message.sequence_number or 0
    return number in wanted and wanted[number] == _id(message)


def dead_letter(message: ServiceBusReceivedMessage) -> DeadLetter:
    """Return a message of the SDK's as a dead letter: it hands names and texts over as bytes."""
    properties = {
        _text(name): _plain(value) for name, value in (message.application_properties or {}).items()
    }
    return DeadLetter(
        sequence_number=message.sequence_number or 0,
        message_id=_id(message),
        body=_body(message),
        properties={name: value for name, value in properties.items() if name not in BROKERS_PROPERTIES},
        dead_letter_reason=message.dead_letter_reason,
        dead_letter_description=message.dead_letter_error_description,
        enqueued_at=message.enqueued_time_utc,
        delivery_count=message.delivery_count or 0,
    )


def _id(message: ServiceBusReceivedMessage) -> str | None:
    """Return the id as the database keeps it, so that it is recognised there."""
    return None if message.message_id is None else storable_text(str(message.message_id))


def _body(message: ServiceBusReceivedMessage) -> bytes:
    """Return the body as a worker reads it; what is no bytes was sent as an AMQP value."""
    body: Any = message.body
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    parts = list(body) if hasattr(body, "__iter__") and not isinstance(body, Mapping) else [body]
    if all(isinstance(part, bytes) for part in parts):
        return b"".join(parts)
    return json.dumps(_named(body if isinstance(body, Mapping) else parts), default=_text).encode()


def _named(value: object) -> object:
    """Return a value with its maps' names as text: AMQP's may be anything."""
    if isinstance(value, Mapping):
        return {_text(name): _named(each) for name, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    return _text(value) if isinstance(value, bytes) else value


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
