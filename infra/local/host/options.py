"""host.json, as far as the development host follows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.host import timespan
from infra.local.host.errors import HostError

#: An app setting named like this replaces a value of host.json: the rest of the name is the value's path.
OVERRIDE_PREFIX = "AzureFunctionsJobHost__"
#: No function of ours runs that long; it stands for "without end".
UNBOUNDED_SECONDS = 365 * 86_400.0


@dataclass(frozen=True, kw_only=True)
class ServiceBusOptions:
    """`extensions.serviceBus`; the defaults are the documented ones."""

    #: Per function, not per app: every Service Bus function gets this many.
    max_concurrent_calls: int = 16
    auto_complete_messages: bool = True
    #: Messages asked for beyond the free slots. They wait locked, and nothing renews their locks.
    prefetch_count: int = 0
    max_auto_lock_renewal_seconds: float = 300.0
    max_message_batch_size: int = 1000

    def completes(self, trigger: Mapping[str, Any]) -> bool:
        """Say whether a trigger's messages are completed for its function; the trigger may have its own."""
        return bool(trigger.get("autoCompleteMessages", self.auto_complete_messages))


@dataclass(frozen=True, kw_only=True)
class HostOptions:
    """What the host reads from host.json."""

    #: Premium's default; `-1` in host.json means without end.
    function_timeout_seconds: float = 1800.0
    route_prefix: str = "api"
    service_bus: ServiceBusOptions = field(default_factory=ServiceBusOptions)


def read_document(root: Path) -> Any:
    """Return the parsed host.json of the app in `root`.

    Raises:
        HostError: it is missing, or no JSON.
    """
    try:
        return json.loads((root / "host.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise HostError(f"There is no host.json in {root}.") from None
    except ValueError as error:
        raise HostError(f"host.json is not valid JSON: {error}.") from None


def parse_options(document: Any, settings: Mapping[str, str]) -> HostOptions:
    """Read the options from a parsed host.json, with the overrides that `settings` make.

    Raises:
        HostError: a value that the host follows has the wrong type or range.
    """
    if not isinstance(document, dict) or document.get("version") != "2.0":
        raise HostError('host.json must be an object with "version": "2.0".')
    reader = _Reader({**_flattened(document), **_overrides(settings)})
    defaults = ServiceBusOptions()
    bus = "extensions.serviceBus."
    return HostOptions(
        function_timeout_seconds=reader.duration(
            "functionTimeout", HostOptions.function_timeout_seconds, minimum=1.0
        ),
        route_prefix=reader.text("extensions.http.routePrefix", HostOptions.route_prefix).strip("/"),
        service_bus=ServiceBusOptions(
            max_concurrent_calls=reader.whole(
                bus + "maxConcurrentCalls", defaults.max_concurrent_calls, minimum=1
            ),
            auto_complete_messages=reader.flag(bus + "autoCompleteMessages", defaults.auto_complete_messages),
            prefetch_count=reader.whole(bus + "prefetchCount", defaults.prefetch_count, minimum=0),
            max_auto_lock_renewal_seconds=reader.duration(
                bus + "maxAutoLockRenewalDuration", defaults.max_auto_lock_renewal_seconds, minimum=0.0
            ),
            max_message_batch_size=reader.whole(
                bus + "maxMessageBatchSize", defaults.max_message_batch_size, minimum=1
            ),
        ),
    )


class _Reader:
    """Typed reading of host.json's values by their dotted path, whose case .NET ignores."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, path: str, default: str) -> str:
        value = self._values.get(path.lower(), default)
        if not isinstance(value, str):
            raise self._wrong(path, "text")
        return value

    def whole(self, path: str, default: int, *, minimum: int) -> int:
        value = self._values.get(path.lower(), default)
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self._wrong(path, f"a whole number of at least {minimum}")
        return value

    def flag(self, path: str, default: bool) -> bool:  # noqa: FBT001 - the default of a boolean value
        value = self._values.get(path.lower(), default)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        if not isinstance(value, bool):
            raise self._wrong(path, "true or false")
        return value

    def duration(self, path: str, default: float, *, minimum: float) -> float:
        value = self._values.get(path.lower())
        if value is None:
            return default
        if str(value) == "-1":
            return UNBOUNDED_SECONDS
        try:
            length = timespan.seconds(value)
        except (ValueError, AttributeError):
            raise self._wrong(path, "a time span like 00:05:00") from None
        if length < 0:
            return UNBOUNDED_SECONDS
        if length < minimum:
            raise self._wrong(path, f"a time span of at least {minimum:g} s")
        return length

    @staticmethod
    def _wrong(path: str, expected: str) -> HostError:
        return HostError(f"host.json: {path} must be {expected}.")


def _flattened(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return `{"extensions.servicebus.prefetchcount": 0}` for the nested document."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        path = prefix + name.lower()
        if isinstance(value, dict):
            flat |= _flattened(value, path + ".")
        else:
            flat[path] = value
    return flat


def _overrides(settings: Mapping[str, str]) -> dict[str, Any]:
    return {
        name[len(OVERRIDE_PREFIX) :].replace("__", ".").lower(): value
        for name, value in settings.items()
        if name.startswith(OVERRIDE_PREFIX)
    }
