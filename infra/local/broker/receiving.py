"""The link on which a client receives: deliveries out, outcomes in."""

from __future__ import annotations

import time
from typing import Any

from cproton import (
    PN_ACCEPTED,
    PN_MODIFIED,
    PN_REJECTED,
    PN_RELEASED,
    pn_delivery,
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
    pn_link_get_drain,
    pn_link_send,
)
from proton._condition import cond2obj
from proton._data import dat2obj

from infra.local.broker.conditions import ServiceError
from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.links import Wire, reject
from infra.local.broker.settlement import Outcome, Settlement, changed, dead_lettering, settle
from infra.local.broker.store import Store
from infra.local.broker.stored import Stored

_COMPLETED = Settlement(outcome=Outcome.COMPLETED)
_RELEASED = Settlement(outcome=Outcome.RELEASED)


class Receiving:
    """A client's receiver on a queue, a subscription or a dead-letter queue.

    Args:
        handle: the engine's link.
        wire: the connection under it.
        store: where the messages are.
        dispatcher: gives the store's receivers their turns.
        deletes: whether messages are removed as they are delivered.
    """

    def __init__(
        self, handle: Any, wire: Wire, *, store: Store, dispatcher: Dispatcher, deletes: bool
    ) -> None:
        self.used_at = time.monotonic()
        self.deletes = deletes
        self._handle = handle
        self._wire = wire
        self._store = store
        self._dispatcher = dispatcher
        self._is_open = True
        self._count = 0

    @property
    def takes(self) -> bool:
        """Whether the link is open and has credit."""
        return self._is_open and pn_link_credit(self._handle) > 0

    @property
    def is_idle(self) -> bool:
        """Whether the link has no credit: with credit it waits for a message, not for its client."""
        return not self.takes

    def on_flow(self) -> None:
        """Take part in the store's turns; a drain gives back the credit that is left."""
        self.used_at = time.monotonic()
        if self.takes:
            self._dispatcher.join(self)
        if pn_link_get_drain(self._handle):
            pn_link_drained(self._handle)
        self._wire.touch()

    def on_close(self) -> None:
        """Leave the turns. Locks stay until they expire, as they do in the service."""
        self._is_open = False
        self._dispatcher.leave(self)

    def deliver(self, stored: Stored) -> None:
        """Send one message; the lock token is the delivery's tag."""
        self.used_at = time.monotonic()
        self._count += 1
        delivery = pn_delivery(self._handle, stored.lock_token or f"{self._count:016x}")
        pn_link_send(self._handle, stored.encoded())
        pn_link_advance(self._handle)
        if self.deletes:
            pn_delivery_settle(delivery)
        self._wire.touch()

    def on_delivery(self, delivery: Any) -> None:
        """Apply an outcome; a client that waits for it gets the same outcome back, or the reason why not."""
        state = pn_delivery_remote_state(delivery)
        settlement = _settlement(delivery, state)
        if settlement is None:
            if pn_delivery_settled(delivery):
                pn_delivery_settle(delivery)
            return
        self.used_at = time.monotonic()
        try:
            settle(self._store, pn_delivery_tag(delivery), settlement)
        except ServiceError as error:
            reject(delivery, error)
        else:
            pn_delivery_update(delivery, state)
        pn_delivery_settle(delivery)


def _settlement(delivery: Any, state: int) -> Settlement | None:
    if state == PN_ACCEPTED:
        return _COMPLETED
    if state == PN_RELEASED:
        return _RELEASED
    if state == PN_MODIFIED:
        return _modified(pn_delivery_remote(delivery))
    if state == PN_REJECTED:
        return _rejected(pn_delivery_remote(delivery))
    return None


def _modified(remote: Any) -> Settlement:
    outcome = Outcome.DEFERRED if pn_disposition_is_undeliverable(remote) else Outcome.ABANDONED
    properties: Any = dat2obj(pn_disposition_annotations(remote))  # type: ignore[no-untyped-call]  # unpublished
    return Settlement(outcome=outcome, changes=changed(properties if isinstance(properties, dict) else {}))


def _rejected(remote: Any) -> Settlement:
    condition = cond2obj(pn_disposition_condition(remote))
    if condition is None:
        return dead_lettering({})
    info: Any = condition.info
    return dead_lettering(info if isinstance(info, dict) else {}, description=condition.description)
