"""The seam for bindings other than triggers: SignalR, queues, blobs.

The host runs an output after its function has succeeded, and a failing output fails the invocation; that is
what production does. A binding type that nobody serves here is logged once, and its values are dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from azure.functions import Out

from infra.local.host.indexing import Binding, IndexedFunction

_logger = logging.getLogger(__name__)

T = TypeVar("T")

#: The host itself answers an HTTP request with what an `http` output took.
_ANSWERED_BY_THE_HOST = frozenset({"http"})


class OutputBinding(Protocol):
    """Delivers what functions write to outputs of one type."""

    async def send(self, binding: Binding, value: Any) -> None:
        """Deliver one value; an exception fails the invocation."""
        ...


class InputBinding(Protocol):
    """Provides what functions read from inputs of one type."""

    async def value(self, binding: Binding, trigger: Any) -> Any:
        """Return the argument, given what triggered the function, e.g. an `HttpRequest`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """The binding types that this host serves beside triggers."""

    inputs: Mapping[str, InputBinding] = field(default_factory=dict)
    outputs: Mapping[str, OutputBinding] = field(default_factory=dict)
    #: By type: sees whether an output can work, and raises `HostError` if its function can't run.
    checks: Mapping[str, Callable[[Binding], None]] = field(default_factory=dict)

    def check(self, function: IndexedFunction) -> None:
        """See whether every output of a function can work.

        Raises:
            HostError: one can't, such as one whose service is not set.
        """
        for binding in function.outputs:
            if see := self.checks.get(binding.type):
                see(binding)

    def report_unserved(self, functions: Iterable[IndexedFunction]) -> None:
        """Log each binding that no one serves here."""
        for function in functions:
            for binding in (*function.inputs, *function.outputs):
                if not self._serves(binding):
                    _logger.warning(
                        "The development host does not serve this binding.",
                        extra={"function": function.name, "binding": binding.type, "argument": binding.name},
                    )

    async def arguments(self, function: IndexedFunction, trigger: Any) -> dict[str, Any]:
        """Return a function's arguments besides its trigger: inputs with values, outputs to be set."""
        arguments: dict[str, Any] = {}
        for binding in function.inputs:
            source = self.inputs.get(binding.type)
            arguments[binding.name] = await source.value(binding, trigger) if source else None
        for binding in function.outputs:
            if binding is not function.returned:
                arguments[binding.name] = OutputValue()
        return arguments

    async def deliver(self, function: IndexedFunction, arguments: Mapping[str, Any], returned: Any) -> None:
        """Send what the function wrote to its outputs or returned into one."""
        for binding in function.outputs:
            value = returned if binding is function.returned else arguments[binding.name].get()
            sink = self.outputs.get(binding.type)
            if sink is not None and value is not None:
                await sink.send(binding, value)

    def _serves(self, binding: Binding) -> bool:
        served = {*self.outputs, *_ANSWERED_BY_THE_HOST} if binding.is_output else {*self.inputs}
        return binding.type in served


@Out.register
class OutputValue(Generic[T]):
    """What `func.Out[...]` is at run time: a place that the function fills."""

    def __init__(self) -> None:
        self._value: T | None = None

    def set(self, val: T) -> None:
        """Keep the value until the function has succeeded."""
        self._value = val

    def get(self) -> T | None:
        """Return the value, or `None`."""
        return self._value
