"""Sending to Azure Service Bus.

The SDK's clients are not safe to share between coroutines, and an idle sender is detached by the service
after ten minutes and then fails in undocumented ways. So each topic has one sender behind a lock, replaced
after any error and before it has been idle for long. What arrives while a send is under way goes out
together with the next one, in one batch: under load a round trip is shared by many jobs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import MessageSizeExceededError

from shared.clock import Clock
from shared.contracts import Topic
from shared.errors import BrokerUnavailableError
from shared.observability.failures import whereabouts
from shared.persistence.port import OutboxMessage

logger = logging.getLogger(__name__)

#: Half of the ten minutes after which Service Bus detaches an idle link.
MAX_IDLE_SECONDS = 300.0
#: A broker that takes longer is away; the sweep sends what is left.
SEND_TIMEOUT_SECONDS = 10.0
_CLOSE_TIMEOUT_SECONDS = 2.0


class ServiceBusSenders:
    """One sender for each topic: a `Sender`.

    Args:
        connect: makes a client; called again whenever the last one is given up.
        clock: tells how long a sender has been idle.
    """

    def __init__(self, connect: Callable[[], ServiceBusClient], clock: Clock) -> None:
        self._lanes: Mapping[Topic, _Lane] = {topic: _Lane(topic, connect, clock) for topic in Topic}

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """See `Sender.send`."""
        topics = {message.topic for message in messages}
        for topic in topics:
            await self._lanes[topic].send([message for message in messages if message.topic == topic])

    async def close(self) -> None:
        """Give up every connection."""
        for lane in self._lanes.values():
            await lane.close()


class _Lane:
    """The way to one topic: a queue of what waits to be sent, and the sender that its owner may use."""

    def __init__(self, topic: Topic, connect: Callable[[], ServiceBusClient], clock: Clock) -> None:
        self._topic = topic
        self._connect = connect
        self._clock = clock
        self._lock = asyncio.Lock()
        self._waiting: list[_Waiting] = []
        self._open: _OpenSender | None = None
        self._used_at = 0.0

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        mine = _Waiting([_wire(message, self._clock.now()) for message in messages])
        self._waiting.append(mine)
        async with self._lock:
            if not mine.done.done():
                await self._flush()
        await mine.done

    async def close(self) -> None:
        async with self._lock:
            await self._discard()

    async def _flush(self) -> None:
        """Send everything that waits, and tell each of those who wait how it went."""
        company, self._waiting = self._waiting, []
        failure: BrokerUnavailableError | None = (
            BrokerUnavailableError()
        )  # for the others, if this one is cancelled
        try:
            await self._transmit([message for waiting in company for message in waiting.messages])
            failure = None
        except BrokerUnavailableError as error:
            failure = error
        finally:
            for waiting in company:
                waiting.settle(failure)

    async def _transmit(self, messages: Sequence[ServiceBusMessage]) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                sender = await self._sender()
                await _send_in_batches(sender, messages)
            self._used_at = self._clock.monotonic()
        except BaseException as error:
            await self._discard()
            # An idle link's detach has surfaced as AttributeError and as bare AMQP errors.
            if isinstance(error, AzureError | TimeoutError | OSError | AttributeError | ValueError):
                logger.warning(
                    "The broker did not take messages.",
                    extra={"action": "send_failed", "topic": self._topic.value, "cause": whereabouts(error)},
                )
                raise BrokerUnavailableError from error
            raise

    async def _sender(self) -> ServiceBusSender:
        if self._clock.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            await self._discard()
        if self._open is None:
            self._open = _OpenSender(self._connect(), self._topic.value)
        return await self._open.sender()

    async def _discard(self) -> None:
        """Give the sender up; a broken one may hang or fail while closing, which is of no interest."""
        if (opened := self._open) is None:
            return
        self._open = None
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_TIMEOUT_SECONDS):
                await opened.close()


class _Waiting:
    """Messages of one caller, and the news for it."""

    def __init__(self, messages: Sequence[ServiceBusMessage]) -> None:
        self.messages = messages
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(self, failure: BrokerUnavailableError | None) -> None:
        if self.done.done():
            return
        if failure is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(failure)
            self.done.exception()  # a caller that was cancelled will not look


class _OpenSender:
    """A client and its sender, closed together."""

    def __init__(self, client: ServiceBusClient, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._stack = AsyncExitStack()
        self._opened: ServiceBusSender | None = None

    async def sender(self) -> ServiceBusSender:
        if self._opened is None:
            client = await self._stack.enter_async_context(self._client)
            self._opened = await self._stack.enter_async_context(client.get_topic_sender(self._topic))
        return self._opened

    async def close(self) -> None:
        await self._stack.aclose()


async def _send_in_batches(sender: ServiceBusSender, messages: Sequence[ServiceBusMessage]) -> None:
    if len(messages) == 1:
        return await sender.send_messages(messages[0])
    batch = await sender.create_message_batch()
    for message in messages:
        try:
            batch.add_message(message)
        except MessageSizeExceededError:
            await sender.send_messages(batch)
            batch = await sender.create_message_batch()
            batch.add_message(message)
    return await sender.send_messages(batch)


def _wire(message: OutboxMessage, now: datetime) -> ServiceBusMessage:
    """Return the message as the SDK takes it."""
    properties: dict[Any, Any] = {**message.properties}
    return ServiceBusMessage(
        message.body,
        message_id=message.message_id,
        content_type="application/json",
        application_properties=properties,
        scheduled_enqueue_time_utc=now + timedelta(seconds=message.delay_seconds)
        if message.delay_seconds
        else None,
    )
