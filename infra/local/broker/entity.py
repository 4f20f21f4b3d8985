"""Queues and topics: what happens to a message between its arrival and its stores. No I/O."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from infra.local.broker.conditions import MessageNotFoundError, RuleExistsError, RuleNotFoundError
from infra.local.broker.message import Content
from infra.local.broker.store import Now, Store
from infra.local.broker.stored import Stored
from infra.local.broker.topology import Rule

Sink = Callable[[Content, int], None]


class Subscription:
    """A store behind rules: a message enters once if any rule lets it in."""

    def __init__(self, store: Store, rules: tuple[Rule, ...], *, sink: Sink) -> None:
        self.store = store
        self.rules = {rule.name: rule for rule in rules}
        self._sink = sink

    def offer(self, content: Content, enqueue_sequence_number: int) -> None:
        """Take the message if a rule lets it in."""
        if any(rule.condition(content) is True for rule in self.rules.values()):
            self._sink(content, enqueue_sequence_number)

    def add_rule(self, rule: Rule) -> None:
        """Add a rule.

        Raises:
            RuleExistsError: there is one of that name.
        """
        if rule.name in self.rules:
            raise RuleExistsError(f"The rule '{rule.name}' exists already.")
        self.rules[rule.name] = rule

    def remove_rule(self, name: str) -> None:
        """Remove a rule.

        Raises:
            RuleNotFoundError: there is none of that name.
        """
        if self.rules.pop(name, None) is None:
            raise RuleNotFoundError(f"The messaging entity '{name}' could not be found.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A message that waits for its time; `due` is seconds since the Unix epoch."""

    due: float
    stored: Stored


class Entity:
    """A queue or a topic: deduplicates, holds back what is scheduled, and hands the rest to its sinks."""

    def __init__(self, name: str, *, now: Now, sequence: Iterator[int], dedup_seconds: float | None) -> None:
        self.name = name
        self.sinks: list[Sink] = []
        self.subscriptions: dict[str, Subscription] | None = None
        self.queue: Store | None = None
        self._now = now
        self._sequence = sequence
        self._dedup_seconds = dedup_seconds
        self._seen: dict[object, float] = {}
        self._scheduled: dict[int, Scheduled] = {}
        self._due: list[tuple[float, int]] = []

    def publish(self, content: Content) -> None:
        """Take a message: drop a duplicate, hold back a scheduled one, route the rest.

        A message that no subscription takes vanishes, as it does in the service.
        """
        due = None if content.scheduled_ms is None else content.scheduled_ms / 1000
        if due is not None and due > self._now():
            self.schedule(content, due)
        elif not self._is_duplicate(content):
            self._route(content)

    def schedule(self, content: Content, due: float) -> int:
        """Hold a message back until `due` and return the number by which it can be cancelled."""
        number = next(self._sequence)
        if self._is_duplicate(content):
            return number
        stored = Stored(
            content=content,
            bare=content.bare,
            sequence_number=number,
            enqueue_sequence_number=number,
            enqueued_at=self._now(),
            ttl_ms=content.ttl_ms,
        )
        self._scheduled[number] = Scheduled(due=due, stored=stored)
        heapq.heappush(self._due, (due, number))
        return number

    def cancel(self, sequence_numbers: list[int]) -> None:
        """Forget scheduled messages.

        Raises:
            MessageNotFoundError: one of them is not waiting; then none is touched.
        """
        if any(number not in self._scheduled for number in sequence_numbers):
            raise MessageNotFoundError("The scheduled message does not exist, or has been enqueued already.")
        for number in sequence_numbers:
            del self._scheduled[number]

    def scheduled(self, from_sequence_number: int) -> list[Stored]:
        """Return what waits for its time, from a number on."""
        numbers = sorted(number for number in self._scheduled if number >= from_sequence_number)
        return [self._scheduled[number].stored for number in numbers]

    def next_deadline(self) -> float | None:
        """Return when the next scheduled message is due, or None."""
        return self._due[0][0] if self._due else None

    def run_due(self) -> None:
        """Route every scheduled message whose time has come; each gets a new number, as in the service."""
        while self._due and self._due[0][0] <= self._now():
            scheduled = self._scheduled.pop(heapq.heappop(self._due)[1], None)
            if scheduled is not None:
                self._route(scheduled.stored.content)

    def _route(self, content: Content) -> None:
        number = next(self._sequence)
        for sink in self.sinks:
            sink(content, number)

    def _is_duplicate(self, content: Content) -> bool:
        message_id = content.message_id
        if self._dedup_seconds is None or message_id is None:
            return False
        now = self._now()
        for old in list(itertools.takewhile(lambda each: self._seen[each] <= now, self._seen)):
            del self._seen[old]
        if message_id in self._seen:
            return True
        self._seen[message_id] = now + self._dedup_seconds
        return False
