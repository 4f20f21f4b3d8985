"""Whose turn it is when a message comes."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.broker.dispatch import Dispatcher
from infra.local.broker.journal import NoJournal
from infra.local.broker.message import parse
from infra.local.broker.store import Store
from infra.local.broker.stored import Stored
from infra.local.broker.topology import QueueSettings

EncodeMessage = Callable[..., bytes]


class _Receiver:
    """A receiver with so much credit, which writes down the numbers of what it gets."""

    def __init__(self, credit: int, *, deletes: bool = False) -> None:
        self.credit = credit
        self.deletes = deletes
        self.got: list[int] = []

    @property
    def takes(self) -> bool:
        return self.credit > 0

    def deliver(self, stored: Stored) -> None:
        self.credit -= 1
        self.got.append(stored.sequence_number)


def _store() -> Store:
    dead = Store("q/$DeadLetterQueue", QueueSettings(), now=lambda: 0.0, journal=NoJournal())
    return Store("q", QueueSettings(), now=lambda: 0.0, journal=NoJournal(), dead_letters=dead)


def test_receivers_take_turns_as_long_as_they_have_credit(encode_message: EncodeMessage) -> None:
    store = _store()
    dispatcher = Dispatcher(store)
    first, second = _Receiver(1), _Receiver(3)
    dispatcher.join(first)
    dispatcher.join(second)
    for _ in range(5):
        store.enqueue(parse(encode_message()))
    assert (first.got, second.got) == ([1], [2, 3, 4])
    first.credit += 1
    dispatcher.join(first)
    assert first.got == [1, 5]


def test_a_receiver_that_left_gets_nothing(encode_message: EncodeMessage) -> None:
    store = _store()
    dispatcher = Dispatcher(store)
    gone, stays = _Receiver(5), _Receiver(5)
    for each in (gone, stays):
        dispatcher.join(each)
    dispatcher.leave(gone)
    store.enqueue(parse(encode_message()))
    assert (gone.got, stays.got) == ([], [1])


def test_a_receiver_that_deletes_leaves_nothing_behind(encode_message: EncodeMessage) -> None:
    store = _store()
    store.enqueue(parse(encode_message()))
    Dispatcher(store).join(_Receiver(1, deletes=True))
    assert len(store) == 0
