"""Sends, receives, settlements and waits in every order that comes up: nothing is lost, doubled or stuck."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from infra.local.broker.conditions import MessageLockLostError
from infra.local.broker.journal import NoJournal
from infra.local.broker.message import parse
from infra.local.broker.store import Store
from infra.local.broker.topology import QueueSettings
from shared.clock import ManualClock

LOCK_SECONDS = 30.0


class _AnyOrder(RuleBasedStateMachine):
    """Whatever is done in whatever order, no message is lost, doubled, or locked twice."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        queue = QueueSettings(lock_seconds=LOCK_SECONDS, max_deliveries=4)
        self.dead = Store("q/$DeadLetterQueue", queue, now=self.now, journal=NoJournal())
        self.store = Store("q", queue, now=self.now, journal=NoJournal(), dead_letters=self.dead)
        self.sent = 0
        self.done = 0
        self.tokens: list[str] = []

    def now(self) -> float:
        """Return the clock's time as the store takes it."""
        return self.clock.now().timestamp()

    @rule()
    def send(self) -> None:
        self.store.enqueue(parse(b"\x00\x53\x75\xa0\x01x"))
        self.sent += 1

    @rule()
    def receive(self) -> None:
        stored = self.store.acquire()
        if stored is not None:
            self.tokens.append(str(stored.lock_token))

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), how=st.sampled_from(["complete", "abandon", "release", "renew", "bury"]))
    def settle(self, data: st.DataObject, how: str) -> None:
        token = data.draw(st.sampled_from(self.tokens))
        actions: dict[str, Callable[[], object]] = {
            "complete": lambda: self.store.complete(token),
            "abandon": lambda: self.store.abandon(token, {}),
            "release": lambda: self.store.release(token),
            "renew": lambda: self.store.renew(token),
            "bury": lambda: self.store.dead_letter(token, reason=None, description=None, changes={}),
        }
        try:
            actions[how]()
        except MessageLockLostError:
            self.tokens.remove(token)
            return
        if how != "renew":
            self.tokens.remove(token)
        self.done += how == "complete"

    @rule(seconds=st.sampled_from([1.0, LOCK_SECONDS / 2, LOCK_SECONDS]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.store.run_due()

    @invariant()
    def every_message_is_somewhere_once(self) -> None:
        assert self.sent == self.done + len(self.store) + len(self.dead)

    @invariant()
    def every_live_message_is_locked_or_available_but_not_both(self) -> None:
        live = self.store.peek(0, 10_000)
        available = sorted(self.store._available)
        assert available == [each.sequence_number for each in live if each.lock_token is None]


TestAnyOrder = _AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
