"""The broker without its wire: every entity of a topology, found by address, driven by a clock.

`Broker(topology, clock)` can be used in a process of one's own, which is how the unit tests use it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from infra.local.broker.conditions import EntityNotFoundError
from infra.local.broker.entity import Entity, Sink, Subscription
from infra.local.broker.journal import Journal, NoJournal
from infra.local.broker.message import Content, identified, parse
from infra.local.broker.store import Forward, Store
from infra.local.broker.stored import Stored
from infra.local.broker.topology import EntitySettings, QueueSettings, SubscriptionSettings, Topology
from shared.clock import Clock

DEAD_LETTER_QUEUE = "$deadletterqueue"
MANAGEMENT = "$management"
_SUBSCRIPTIONS = "subscriptions"
_SUBSCRIPTION_DEPTH = 3


@dataclass(frozen=True, kw_only=True)
class Node:
    """What an address names: an entity to send to, a store to receive from, or both."""

    path: str
    entity: Entity
    store: Store | None
    subscription: Subscription | None
    is_dead_letter_queue: bool


class Timed(Protocol):
    """Something with a future."""

    def next_deadline(self) -> float | None:
        """Return when `run_due` will next have something to do, or None."""
        ...

    def run_due(self) -> None:
        """Do what is due."""
        ...


class Broker:
    """All entities of a namespace."""

    def __init__(self, topology: Topology, clock: Clock, *, journal: Journal | None = None) -> None:
        self._clock = clock
        self._journal = journal or NoJournal()
        self._entities: dict[str, Entity] = {}
        self._dead_letters: dict[Store, Store] = {}
        self._timed: list[Timed] = []
        for settings in topology.entities:
            entity = self._build(settings)
            self._entities[settings.name.lower()] = entity
            self._timed.append(entity)

    def now(self) -> float:
        """Return the time, in seconds since the Unix epoch."""
        return self._clock.now().timestamp()

    def resolve(self, address: str) -> Node:
        """Find what an address names: a bare path or a whole URL, in any case.

        Raises:
            EntityNotFoundError: nothing has that name.
        """
        parts = [part for part in path_of(address).split("/") if part]
        is_dead_letter_queue = bool(parts) and parts[-1].lower() == DEAD_LETTER_QUEUE
        if is_dead_letter_queue:
            parts.pop()
        entity = self._entities.get("/".join(parts).lower())
        if entity is not None:
            return self._node(entity, entity.queue, None, dead=is_dead_letter_queue)
        if len(parts) >= _SUBSCRIPTION_DEPTH and parts[-2].lower() == _SUBSCRIPTIONS:
            topic = self._entities.get("/".join(parts[:-2]).lower())
            found = (topic.subscriptions or {}).get(parts[-1].lower()) if topic else None
            if topic is not None and found is not None:
                return self._node(topic, found.store, found, dead=is_dead_letter_queue)
        raise EntityNotFoundError(f"The messaging entity '{path_of(address)}' could not be found.")

    def check_audience(self, address: str) -> None:
        """Make sure that the queue or topic that a token is for exists; a whole namespace always does.

        Raises:
            EntityNotFoundError: it does not.
        """
        path = path_of(address)
        name = path.lower().partition(f"/{_SUBSCRIPTIONS}/")[0].partition("/$")[0]
        if name and name not in self._entities:
            raise EntityNotFoundError(f"The messaging entity '{path}' could not be found.")

    def _node(
        self, entity: Entity, store: Store | None, subscription: Subscription | None, *, dead: bool
    ) -> Node:
        if dead and store is None:
            raise EntityNotFoundError(f"The topic '{entity.name}' has no dead-letter queue.")
        chosen = self._dead_letters[store] if dead and store is not None else store
        path = chosen.path if chosen is not None else entity.name
        return Node(
            path=path, entity=entity, store=chosen, subscription=subscription, is_dead_letter_queue=dead
        )

    def publish(self, address: str, message: bytes) -> None:
        """Send one encoded message to a queue or a topic.

        Raises:
            EntityNotFoundError: nothing has that name.
            CodecError: the bytes are no AMQP message.
        """
        self.resolve(address).entity.publish(identified(parse(message)))

    def next_deadline(self) -> float | None:
        """Return when `run_due` will next have something to do, or None."""
        deadlines = [each.next_deadline() for each in self._timed]
        return min((each for each in deadlines if each is not None), default=None)

    def run_due(self) -> None:
        """Apply every lock end, every expiry and every scheduled enqueue whose time has come."""
        for each in self._timed:
            deadline = each.next_deadline()
            if deadline is not None and deadline <= self.now():
                each.run_due()

    def _build(self, settings: EntitySettings) -> Entity:
        sequence = itertools.count(1)
        entity = Entity(settings.name, now=self.now, sequence=sequence, dedup_seconds=settings.dedup_seconds)
        if settings.subscriptions is None:
            entity.queue = self._store(settings.name, settings.queue)
            entity.sinks = [self._sink(entity.queue, settings.queue)]
            return entity
        entity.subscriptions = {}
        for each in settings.subscriptions:
            subscription = self._subscription(settings, each)
            entity.subscriptions[each.name.lower()] = subscription
            entity.sinks.append(subscription.offer)
        return entity

    def _subscription(self, topic: EntitySettings, settings: SubscriptionSettings) -> Subscription:
        queue = replace(settings.queue, ttl_seconds=min(settings.queue.ttl_seconds, topic.queue.ttl_seconds))
        store = self._store(f"{topic.name}/Subscriptions/{settings.name}", queue)
        return Subscription(store, settings.rules, sink=self._sink(store, queue))

    def _store(self, path: str, settings: QueueSettings) -> Store:
        dead_letters = Store(f"{path}/$DeadLetterQueue", settings, now=self.now, journal=self._journal)
        target = settings.forward_dead_letters_to
        store = Store(
            path,
            settings,
            now=self.now,
            journal=self._journal,
            dead_letters=dead_letters,
            forward_dead_letter=self._forwarder(target, path) if target else None,
        )
        self._dead_letters[store] = dead_letters
        self._timed += [store, dead_letters]
        return store

    def _sink(self, store: Store, settings: QueueSettings) -> Sink:
        if settings.forward_to:
            target = settings.forward_to
            return lambda content, _: self.resolve(target).entity.publish(content)
        return lambda content, number: _enqueue(store, content, number)

    def _forwarder(self, target: str, source: str) -> Forward:
        def forward(stored: Stored) -> None:
            node = self.resolve(target)
            properties = parse(stored.bare).application_properties
            content = replace(stored.content, bare=stored.bare, application_properties=properties)
            if node.store is None:
                node.entity.publish(content)
            else:
                node.store.enqueue(content, dead_letter_source=source)

        return forward


def _enqueue(store: Store, content: Content, number: int) -> None:
    store.enqueue(content, enqueue_sequence_number=number)


def path_of(address: str) -> str:
    """Return the entity's path in an address, which may be a whole URL."""
    return urlsplit(address).path.strip("/") if "://" in address else address.strip("/")
