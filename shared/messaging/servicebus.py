"""Sending to Azure Service Bus.

The SDK's clients are not safe to share between coroutines, and an idle sender is detached by the service
after ten minutes and then fails in undocumented ways. So each topic has one sender that one coroutine uses
at a time, replaced after any error and before it has been idle for long. What arrives while a send is under
way goes out together with the next one, in one batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from itertools import chain
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import MessageSizeExceededError

from shared.clock import Clock
from shared.coalescing import Coalescing
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
#: What a send has been seen to fail with; an idle link's detach surfaces as AttributeError.
_FAILURES = (AzureError, TimeoutError, OSError, AttributeError, ValueError)


class ServiceBusSenders:
    """One sender for each topic: a `Sender`.

    Args:
        connect: makes a client; called again whenever the last one is given up.
        clock: tells how long a sender has been idle.
    """

    def __init__(self, connect: Callable[[], ServiceBusClient], clock: Clock) -> None:
        self._clock = clock
        self._topics = {topic: _TopicSender(topic, connect, clock) for topic in Topic}
        self._sends = {topic: Coalescing(sender.send) for topic, sender in self._topics.items()}

    async def send(self, messages: Sequence[OutboxMessage]) -> None:
        """See `Sender.send`."""
        for topic in {message.topic for message in messages}:
            await self._sends[topic]([self._wire(message) for message in messages if message.topic is topic])

    async def close(self) -> None:
        """Give up every connection, once what waits is sent."""
        for topic, sends in self._sends.items():
            await sends.finish()
            await self._topics[topic].discard()

    def _wire(self, message: OutboxMessage) -> ServiceBusMessage:
        """Return the message as the SDK takes it."""
        properties: dict[Any, Any] = {**message.properties}
        delay = timedelta(seconds=message.delay_seconds)
        return ServiceBusMessage(
            message.body,
            message_id=message.message_id,
            content_type="application/json",
            application_properties=properties,
            scheduled_enqueue_time_utc=self._clock.now() + delay if delay else None,
        )


class _TopicSender:
    """The way to one topic; one coroutine uses it at a time."""

    def __init__(self, topic: Topic, connect: Callable[[], ServiceBusClient], clock: Clock) -> None:
        self._topic = topic
        self._connect = connect
        self._clock = clock
        self._stack: AsyncExitStack | None = None
        self._sender: ServiceBusSender | None = None
        self._used_at = 0.0

    async def send(self, bundles: Sequence[Sequence[ServiceBusMessage]]) -> Sequence[None]:
        """Send everybody's messages in as few batches as they fit.

        Raises:
            BrokerUnavailableError: some or all of them may not have arrived.
        """
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await _send_in_batches(await self._opened(), list(chain.from_iterable(bundles)))
            self._used_at = self._clock.monotonic()
        except _FAILURES as error:
            await self.discard()
            logger.warning(
                "The broker did not take messages.",
                extra={"action": "send_failed", "topic": self._topic.value, "cause": whereabouts(error)},
            )
            raise BrokerUnavailableError from error
        return [None] * len(bundles)

    async def discard(self) -> None:
        """Give the sender up; a broken one may hang or fail while closing, which is of no interest."""
        stack, self._stack, self._sender = self._stack, None, None
        if stack is None:
            return
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_TIMEOUT_SECONDS):
                await stack.aclose()

    async def _opened(self) -> ServiceBusSender:
        if self._clock.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            await self.discard()
        if self._sender is None:
            self._stack = AsyncExitStack()
            client = await self._stack.enter_async_context(self._connect())
            sender = client.get_topic_sender(self._topic.value)
            self._sender = await self._stack.enter_async_context(sender)
        return self._sender


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
