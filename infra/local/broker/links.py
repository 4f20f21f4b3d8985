"""The links on which a client sends: messages to entities, requests to `$cbs` and `$management`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from cproton import (
    PN_ACCEPTED,
    PN_REJECTED,
    pn_condition_info,
    pn_condition_set_description,
    pn_condition_set_name,
    pn_data_put_map,
    pn_delivery,
    pn_delivery_aborted,
    pn_delivery_local,
    pn_delivery_partial,
    pn_delivery_pending,
    pn_delivery_readable,
    pn_delivery_settle,
    pn_delivery_update,
    pn_disposition_condition,
    pn_link_advance,
    pn_link_credit,
    pn_link_drained,
    pn_link_flow,
    pn_link_get_drain,
    pn_link_recv,
    pn_link_send,
)

from infra.local.broker.codec import CodecError
from infra.local.broker.conditions import DecodeError, MessageTooLargeError, ServiceError
from infra.local.broker.frames import BATCH_FORMAT, Formats
from infra.local.broker.management import CBS, Answer, Request, read, write_answer
from infra.local.broker.message import identified, parse, unbatch
from infra.local.broker.namespace import Node

MAX_MESSAGE_BYTES = 262_144
_CREDIT = 500


class Wire(Protocol):
    """The connection under a link."""

    def touch(self) -> None:
        """Say that there is something to write."""
        ...


class Link(Protocol):
    """One end of a link, as the connection's events reach it."""

    used_at: float
    """When the client last did something with it, on the monotonic clock."""

    @property
    def is_idle(self) -> bool:
        """Whether the link may be cut once its client has not used it for long."""
        ...

    def on_flow(self) -> None:
        """Take note of new credit, or of a drain."""
        ...

    def on_delivery(self, delivery: Any) -> None:
        """Take a transfer or a disposition."""
        ...

    def on_close(self) -> None:
        """Take leave."""
        ...


def set_condition(condition: Any, error: ServiceError) -> None:
    """Fill in one of the engine's error conditions.

    The Python SDK reads an error's third field without looking whether it is there, so it always is.
    """
    pn_condition_set_name(condition, error.condition)
    pn_condition_set_description(condition, error.description)
    pn_data_put_map(pn_condition_info(condition))


def reject(delivery: Any, error: ServiceError) -> None:
    """Answer a delivery with an error."""
    set_condition(pn_disposition_condition(pn_delivery_local(delivery)), error)
    pn_delivery_update(delivery, PN_REJECTED)


class Taker(Protocol):
    """What stands behind a link on which the client sends."""

    @property
    def is_idle(self) -> bool:
        """Whether the link may be cut once its client has not used it for long."""
        ...

    def accept(self, data: bytes, message_format: int) -> None:
        """Take a transfer.

        Raises:
            ServiceError: it is refused.
            CodecError: the bytes are no AMQP message.
        """
        ...


class Intake:
    """A link on which the client sends. It is kept in credit, and every transfer is answered.

    Args:
        handle: the engine's link.
        formats: the message formats of its transfers, in order.
        taker: takes the transfers.
    """

    def __init__(self, handle: Any, *, formats: Formats, taker: Taker) -> None:
        self.used_at = time.monotonic()
        self._handle = handle
        self._formats = formats
        self._taker = taker
        self.is_idle = taker.is_idle
        pn_link_flow(handle, _CREDIT)

    def on_flow(self) -> None:
        """Credit flows the other way here."""

    def on_close(self) -> None:
        """Nothing is kept for the client."""

    def on_delivery(self, delivery: Any) -> None:
        """Take a whole transfer; its parts stay with the engine until the last has come."""
        if pn_delivery_aborted(delivery):
            self._formats.popleft()
            pn_delivery_settle(delivery)
        elif pn_delivery_readable(delivery) and not pn_delivery_partial(delivery):
            self.used_at = time.monotonic()
            self._take(delivery)
            self._replenish()

    def _take(self, delivery: Any) -> None:
        _, data = pn_link_recv(self._handle, pn_delivery_pending(delivery))
        pn_link_advance(self._handle)
        try:
            self._taker.accept(bytes(data), self._formats.popleft())
        except ServiceError as error:
            reject(delivery, error)
        except CodecError:
            reject(delivery, DecodeError("The message is not valid AMQP."))
        else:
            pn_delivery_update(delivery, PN_ACCEPTED)
        pn_delivery_settle(delivery)

    def _replenish(self) -> None:
        credit = pn_link_credit(self._handle)
        if credit < _CREDIT // 2:
            pn_link_flow(self._handle, _CREDIT - credit)


class Publisher:
    """Takes what a client sends to a queue or a topic."""

    is_idle = True

    def __init__(self, node: Node) -> None:
        self._entity = node.entity

    def accept(self, data: bytes, message_format: int) -> None:
        """Publish a message, or each message of a batch: all of them or none.

        Raises:
            MessageTooLargeError: the transfer is larger than the service takes.
            CodecError: the bytes are no AMQP message.
        """
        if len(data) > MAX_MESSAGE_BYTES:
            raise MessageTooLargeError(
                f"The received message (size: {len(data)}) exceeds the limit ({MAX_MESSAGE_BYTES})."
            )
        messages = unbatch(data) if message_format == BATCH_FORMAT else [data]
        for content in [identified(parse(message)) for message in messages]:
            self._entity.publish(content)


class Responding:
    """A link on which a client waits for the answers to its requests."""

    is_idle = False

    def __init__(self, handle: Any, wire: Wire, *, node_path: str, target: str | None) -> None:
        self.used_at = time.monotonic()
        self.node_path = node_path
        self.target = target
        self._handle = handle
        self._wire = wire
        self._waiting: list[bytes] = []
        self._count = 0

    def answer(self, data: bytes) -> None:
        """Send an answer as soon as there is credit."""
        self.used_at = time.monotonic()
        self._waiting.append(data)
        self.on_flow()

    def on_flow(self) -> None:
        """Send what waits."""
        while self._waiting and pn_link_credit(self._handle) > 0:
            self._count += 1
            delivery = pn_delivery(self._handle, f"{self._count:08x}")
            pn_link_send(self._handle, self._waiting.pop(0))
            pn_link_advance(self._handle)
            pn_delivery_settle(delivery)
        if pn_link_get_drain(self._handle):
            pn_link_drained(self._handle)
        self._wire.touch()

    def on_delivery(self, delivery: Any) -> None:
        """Answers go out settled: nothing comes back."""

    def on_close(self) -> None:
        """Answers that were not fetched are dropped."""


class Responders(Protocol):
    """Finds where an answer goes."""

    def responder(self, node_path: str, reply_to: str | None) -> Responding | None:
        """Return the open link that waits for answers from this node."""
        ...


class Requests:
    """Takes what a client asks of a node, `$cbs` or an entity's `$management`.

    Args:
        node_path: the node's address, which its answers come from.
        carry_out: does what is asked.
        responders: finds where the answer goes.
    """

    is_idle = False

    def __init__(
        self, *, node_path: str, carry_out: Callable[[Request], Answer], responders: Responders
    ) -> None:
        self._node_path = node_path
        self._carry_out = carry_out
        self._responders = responders

    def accept(self, data: bytes, message_format: int) -> None:
        """Carry out a request and answer it.

        Raises:
            CodecError: the bytes are no AMQP message.
        """
        del message_format  # a request is never a batch
        request = read(data)
        answer = self._carry_out(request)
        responder = self._responders.responder(self._node_path, request.reply_to)
        if responder is not None:
            responder.answer(write_answer(request, answer, is_cbs=self._node_path == CBS))
