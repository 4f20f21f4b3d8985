"""The four kinds of link a client opens: it sends, it receives, it asks, it is answered."""

from __future__ import annotations

import time
from typing import Any, Protocol

from cproton import (
    PN_ACCEPTED,
    PN_MODIFIED,
    PN_REJECTED,
    PN_RELEASED,
    pn_condition_set_description,
    pn_condition_set_name,
    pn_delivery,
    pn_delivery_aborted,
    pn_delivery_local,
    pn_delivery_partial,
    pn_delivery_pending,
    pn_delivery_readable,
    pn_delivery_remote,
    pn_delivery_remote_state,
    pn_delivery_settle,
    pn_delivery_settled,
    pn_delivery_tag,
    pn_delivery_update,
    pn_disposition_annotations,
    pn_disposition_condition,
    pn_disposition_is_undeliverable,
    pn_link_advance,
    pn_link_credit,
    pn_link_drained,
    pn_link_flow,
    pn_link_get_drain,
    pn_link_recv,
    pn_link_send,
)
from proton._condition import cond2obj
from proton._data import dat2obj

from infra.local.broker.codec import CodecError
from infra.local.broker.conditions import MessageTooLargeError, ServiceError
from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.management import Answer, Request, manage, put_token, read, write_answer
from infra.local.broker.message import parse, unbatch
from infra.local.broker.namespace import Node
from infra.local.broker.settlement import Outcome, Settlement, changed, dead_lettering, settle
from infra.local.broker.store import Store
from infra.local.broker.stored import Stored

MAX_MESSAGE_BYTES = 262_144
_CREDIT = 500
_DECODE_ERROR = "amqp:decode-error"


class Wire(Protocol):
    """The connection under a link."""

    def touch(self) -> None:
        """Say that there is something to write."""
        ...


class Link:
    """What all links share: the engine's handle, and when they were last used."""

    def __init__(self, handle: Any, wire: Wire) -> None:
        self.handle = handle
        self.wire = wire
        self.used_at = time.monotonic()
        self.is_open = True

    @property
    def is_idle(self) -> bool:
        """Whether the link waits for its client and not for a message."""
        return True

    def on_flow(self) -> None:
        """Take note of new credit."""

    def on_delivery(self, delivery: Any) -> None:
        """Take a transfer or a disposition."""

    def on_close(self) -> None:
        """Forget the link."""
        self.is_open = False


class _Incoming(Link):
    """A link on which the client sends; keeps it in credit."""

    def __init__(self, handle: Any, wire: Wire) -> None:
        super().__init__(handle, wire)
        pn_link_flow(handle, _CREDIT)

    def on_delivery(self, delivery: Any) -> None:
        """Take a whole message; parts are left with the engine until the last has come."""
        if pn_delivery_aborted(delivery):
            pn_delivery_settle(delivery)
            return
        if not pn_delivery_readable(delivery) or pn_delivery_partial(delivery):
            return
        self.used_at = time.monotonic()
        _, data = pn_link_recv(self.handle, pn_delivery_pending(delivery))
        pn_link_advance(self.handle)
        try:
            self.accept(bytes(data))
        except ServiceError as error:
            _reject(delivery, error.condition, error.description)
        except CodecError:
            _reject(delivery, _DECODE_ERROR, "The message is not valid AMQP.")
        else:
            pn_delivery_update(delivery, PN_ACCEPTED)
        pn_delivery_settle(delivery)
        if pn_link_credit(self.handle) < _CREDIT // 2:
            pn_link_flow(self.handle, _CREDIT - pn_link_credit(self.handle))

    def accept(self, data: bytes) -> None:
        """Take the bytes of one transfer."""
        raise AssertionError(data)


def _reject(delivery: Any, condition: str, description: str) -> None:
    local = pn_disposition_condition(pn_delivery_local(delivery))
    pn_condition_set_name(local, condition)
    pn_condition_set_description(local, description)
    pn_delivery_update(delivery, PN_REJECTED)


class Publishing(_Incoming):
    """A client sends to a queue or a topic."""

    def __init__(self, handle: Any, wire: Wire, node: Node) -> None:
        super().__init__(handle, wire)
        self._entity = node.entity

    def accept(self, data: bytes) -> None:
        """Publish a message, or each message of a batch; a batch is taken whole or not at all.

        Raises:
            MessageTooLargeError: the transfer is larger than the service takes.
            CodecError: the bytes are no AMQP message.
        """
        if len(data) > MAX_MESSAGE_BYTES:
            raise MessageTooLargeError(
                f"The received message (size: {len(data)}) exceeds the limit ({MAX_MESSAGE_BYTES})."
            )
        for content in [parse(part) for part in unbatch(data)]:
            self._entity.publish(content)


class Responding(Link):
    """A client waits for the answers to its requests."""

    def __init__(self, handle: Any, wire: Wire, *, node_path: str, target: str | None) -> None:
        super().__init__(handle, wire)
        self.node_path = node_path
        self.target = target
        self._waiting: list[bytes] = []
        self._count = 0

    def answer(self, data: bytes) -> None:
        """Send an answer as soon as there is credit."""
        self._waiting.append(data)
        self.on_flow()

    def on_flow(self) -> None:
        """Send what waits."""
        while self._waiting and pn_link_credit(self.handle) > 0:
            self._count += 1
            delivery = pn_delivery(self.handle, f"{self._count:08x}")
            pn_link_send(self.handle, self._waiting.pop(0))
            pn_link_advance(self.handle)
            pn_delivery_settle(delivery)
        if pn_link_get_drain(self.handle):
            pn_link_drained(self.handle)
        self.wire.touch()

    def on_delivery(self, delivery: Any) -> None:
        """Answers go out settled, so nothing comes back."""


class Replies(Protocol):
    """Finds where an answer goes."""

    def responder(self, node_path: str, reply_to: str | None) -> Responding | None:
        """Return the open link that waits for answers from this node."""
        ...


class Requesting(_Incoming):
    """A client sends requests to `$cbs` or to an entity's `$management`."""

    def __init__(
        self, handle: Any, wire: Wire, *, node: Node | None, node_path: str, replies: Replies
    ) -> None:
        super().__init__(handle, wire)
        self._node = node
        self._node_path = node_path
        self._replies = replies

    def accept(self, data: bytes) -> None:
        """Carry out a request and answer it.

        Raises:
            CodecError: the bytes are no AMQP message.
        """
        request = read(data)
        answer = self._carry_out(request)
        responder = self._replies.responder(self._node_path, request.reply_to)
        if responder is not None:
            responder.answer(write_answer(request, answer, is_cbs=self._node is None))

    def _carry_out(self, request: Request) -> Answer:
        return put_token(request) if self._node is None else manage(self._node, request)


class Receiving(Link):
    """A client receives from a queue, a subscription or a dead-letter queue."""

    def __init__(
        self, handle: Any, wire: Wire, *, store: Store, dispatcher: Dispatcher, deletes: bool
    ) -> None:
        super().__init__(handle, wire)
        self.deletes = deletes
        self._store = store
        self._dispatcher = dispatcher
        self._count = 0

    @property
    def takes(self) -> bool:
        """Whether the link is open and has credit."""
        return self.is_open and pn_link_credit(self.handle) > 0

    @property
    def is_idle(self) -> bool:
        """Whether the link has no credit: with credit it waits for a message."""
        return not self.takes

    def on_flow(self) -> None:
        """Take part in the store's turns; a drain gives back the credit that is left."""
        self.used_at = time.monotonic()
        if self.takes:
            self._dispatcher.join(self)
        if pn_link_get_drain(self.handle):
            pn_link_drained(self.handle)
        self.wire.touch()

    def on_close(self) -> None:
        """Leave the turns. Locks stay until they expire, as they do in the service."""
        super().on_close()
        self._dispatcher.leave(self)

    def deliver(self, stored: Stored) -> None:
        """Send one message; the lock token is the delivery's tag."""
        self.used_at = time.monotonic()
        self._count += 1
        delivery = pn_delivery(self.handle, stored.lock_token or f"{self._count:016x}")
        pn_link_send(self.handle, stored.encoded())
        pn_link_advance(self.handle)
        if self.deletes:
            pn_delivery_settle(delivery)
        self.wire.touch()

    def on_delivery(self, delivery: Any) -> None:
        """Apply an outcome and, if the client waits for it, confirm it or say why not."""
        state, settled = pn_delivery_remote_state(delivery), pn_delivery_settled(delivery)
        settlement = _settlement(delivery, state)
        if settlement is None:
            if settled:
                pn_delivery_settle(delivery)
            return
        self.used_at = time.monotonic()
        try:
            settle(self._store, pn_delivery_tag(delivery), settlement)
        except ServiceError as error:
            _reject(delivery, error.condition, error.description)
        else:
            pn_delivery_update(delivery, state)
        pn_delivery_settle(delivery)


def _settlement(delivery: Any, state: int) -> Settlement | None:
    if state == PN_ACCEPTED:
        return Settlement(outcome=Outcome.COMPLETED)
    if state == PN_RELEASED:
        return Settlement(outcome=Outcome.RELEASED)
    if state == PN_MODIFIED:
        return _modified(pn_delivery_remote(delivery))
    if state == PN_REJECTED:
        condition = cond2obj(pn_disposition_condition(pn_delivery_remote(delivery)))
        if condition is None:
            return dead_lettering(None)
        return dead_lettering(condition.info, description=condition.description)
    return None


def _modified(remote: Any) -> Settlement:
    outcome = Outcome.DEFERRED if pn_disposition_is_undeliverable(remote) else Outcome.ABANDONED
    properties = dat2obj(pn_disposition_annotations(remote))
    return Settlement(outcome=outcome, changes=changed(properties if isinstance(properties, dict) else None))
