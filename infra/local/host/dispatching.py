"""Running Service Bus functions.

A function that returns completes its messages, one that raises abandons them at once, without back-off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from azure.servicebus.aio import ServiceBusReceiver

from infra.local.host.in_batches import BatchDispatcher
from infra.local.host.indexing import IndexedFunction
from infra.local.host.invocation import Worker
from infra.local.host.one_by_one import MessageDispatcher
from infra.local.host.options import ServiceBusOptions


class Dispatcher(Protocol):
    """Brings one function its messages."""

    async def run(self) -> None:
        """Receive and invoke until cancelled."""
        ...

    def refuse(self) -> None:
        """Start no more invocations."""
        ...

    async def stop_receiving(self) -> None:
        """Take no more messages, and give back those that wait."""
        ...

    async def finished(self) -> None:
        """Wait until no invocation is running."""
        ...

    async def abandon_running(self) -> None:
        """End every invocation now and give its messages back."""
        ...


def dispatcher(
    function: IndexedFunction,
    worker: Worker,
    options: ServiceBusOptions,
    open_receiver: Callable[[], ServiceBusReceiver],
) -> Dispatcher:
    """Return what the trigger's cardinality asks for."""
    many = str(function.trigger.properties.get("cardinality", "ONE")).upper() == "MANY"
    kind = BatchDispatcher if many else MessageDispatcher
    return kind(function, worker, options, open_receiver)
